import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Block } from "@qkv/transformer";
import { initBackend } from "@qkv/backend";
import { oursOnEachBackend } from "../../harness/ours.ts";
import type { BenchCase } from "../../harness/benchCase.ts";
import { randomParams } from "../../weights/randomParams.ts";
import { readWeights, writeWeights } from "../../weights/weightFile.ts";
import { encoderModel } from "./graph.ts";
import { type EncoderSize, blockSpec } from "./size.ts";

/** Twelve layers of a vision transformer's size over one sequence. */
export function encoderCase(dModel: number): BenchCase {
  return async (folder, { threads, isShort }) => {
    const size: EncoderSize = isShort
      ? { folder, layers: 1, dModel: 64, heads: 2, ffnDim: 128, length: 17 }
      : { folder, layers: 12, dModel, heads: dModel / 64, ffnDim: 4 * dModel, length: 197 };
    await writeFiles(size);
    const peer = (module: string, options: object = {}) => ({
      module: new URL(module, import.meta.url),
      options: { ...size, threads, ...options },
    });
    return [
      {
        ours: oursOnEachBackend(new URL("ours.ts", import.meta.url), threads, size),
        peers: [
          { label: "onnxruntime-web", engine: peer("onnx.ts", { package: "onnxruntime-web" }) },
          { label: "onnxruntime-node", engine: peer("onnx.ts", { package: "onnxruntime-node" }) },
          // Left out by pnpm bench, where wasm's engines race: what is packed for a GPU host runs it.
          ...(process.env["QKV_BENCH_ROOT"] === undefined
            ? []
            : [
                {
                  label: "onnxruntime-web WebGPU",
                  engine: peer("onnxWebgpu.ts", { patience: isShort ? 140_000 : 30_000 }),
                },
              ]),
          { label: "tfjs wasm", engine: peer("tfjs.ts"), rounds: 3 },
        ],
      },
    ];
  };
}

async function writeFiles(size: EncoderSize): Promise<void> {
  await initBackend("cpu");
  const params = randomParams();
  for (let i = 0; i < size.layers; i++) new Block(params.at("layers", i), blockSpec(size));
  const path = join(size.folder, "weights.safetensors");
  await writeWeights(path, params);
  params.dispose();
  await writeFile(join(size.folder, "encoder.onnx"), encoderModel(await readWeights(path), size));
}
