import { fileURLToPath } from "node:url";
import type { EngineSpec } from "../../harness/engineProcess.ts";
import { oursOnEachBackend } from "../../harness/ours.ts";
import { pythonWith } from "../../harness/python.ts";
import type { Contestant, Race } from "../../harness/race.ts";
import type { OnnxDtype } from "./onnx/products.ts";
import { type Format, type LlamaWork, MADE } from "./work.ts";

/** What transformers.js calls a format on each of its runtimes, and how far results may be apart. */
interface Peers {
  readonly web?: OnnxDtype;
  readonly node?: OnnxDtype;
  readonly tolerance: number;
  readonly llamaCpp: number;
}

/**
 * Float32 is float32 in all but llama.cpp, which keeps keys and values in 16 bits, and multiplies halves by halves. With 8
 * and 4 bits all round activations too: llama.cpp in blocks of 32, `q8` and `uint8` with one scale for all tokens.
 *
 * `q8` is what transformers.js takes on wasm if nothing is said. On x86 without VNNI its products overflow 16 bits in the
 * native library, and results are others: `uint8` does not.
 */
const FORMATS: Readonly<Record<Format, Peers>> = {
  F32: { web: "fp32", node: "fp32", tolerance: 1e-3, llamaCpp: 0.02 },
  F16: { tolerance: 1e-3, llamaCpp: 0.02 },
  Q8_0: { web: "q8", node: "uint8", tolerance: 0.25, llamaCpp: 0.1 },
  Q4_0: { web: "q4", node: "q4", tolerance: 0.1, llamaCpp: 0.1 },
};

/** What the races of a model have in common. */
export interface RaceOptions {
  readonly formats: readonly Format[];
  readonly promptLength: number;
  readonly threads: number;
  /** Why onnxruntime-web is left out, if it is. */
  readonly notOnWeb?: string;
}

/** Reading a prompt, and making tokens after it, with weights in each of some formats. */
export function racesOf(folder: string, { formats, promptLength, threads, notOnWeb }: RaceOptions): Race[] {
  const race = (variant: string, work: LlamaWork): Race => {
    const { web, node, tolerance, llamaCpp } = FORMATS[work.format];
    const transformersJs = (dtype: OnnxDtype, runtime: string): Contestant => ({
      label: `transformers.js ${dtype} on ${runtime}`,
      engine: engineOf("transformersJs.ts", { ...work, threads, dtype, package: runtime }),
    });
    return {
      variant,
      ours: oursOnEachBackend(new URL("ours.ts", import.meta.url), threads, work),
      peers: [
        { label: "llama.cpp", engine: engineOf("llamaCpp.ts", { ...work, threads }), tolerance: llamaCpp },
        ...(web === undefined ? [] : [onWeb(transformersJs(web, "onnxruntime-web"), web, work, notOnWeb)]),
        ...(node === undefined ? [] : [transformersJs(node, "onnxruntime-node")]),
        ...(work.format === "F32" ? [{ label: "PyTorch CPU", engine: pytorch(work, threads) }] : []),
      ],
      tolerance,
      milliseconds: 1000,
    };
  };
  return formats.flatMap((format) => [
    race(`${format}, reading ${promptLength} tokens`, { folder, format, task: "prefill" }),
    race(`${format}, ${MADE} tokens after ${promptLength}`, { folder, format, task: "decode" }),
  ]);
}

function engineOf(file: string, options: object): EngineSpec {
  return { module: new URL(file, import.meta.url), options };
}

/** It has no kernels for 8 and 4 bits that are fast in wasm: one round of those that take half a minute. */
function onWeb(contestant: Contestant, dtype: OnnxDtype, { task }: LlamaWork, why?: string): Contestant {
  if (why !== undefined) return { ...contestant, engine: { unavailable: why } };
  const isSlow = dtype === "q4" || (dtype === "q8" && task === "prefill");
  return isSlow ? { ...contestant, rounds: 1 } : contestant;
}

function pytorch({ folder, task }: LlamaWork, threads: number): EngineSpec {
  const python = pythonWith("torch");
  if ("unavailable" in python) return python;
  const script = fileURLToPath(new URL("pytorch.py", import.meta.url));
  return { command: [python.command, script, folder, task, String(threads)] };
}
