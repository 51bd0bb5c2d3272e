import * as tf from "@tensorflow/tfjs-core";
import {
  checkOptions,
  describeArgument,
  type KernelFault,
  registerGradients,
  testKernels,
  type OptionNames,
  type WasmOptions,
  type WebgpuOptions,
} from "@qkv/ops";
import { startCpu } from "./cpuBackend.ts";
import { importWasm, importWebgpu } from "./optionalPackages.ts";
import { requireOneVersion } from "./oneVersion.ts";
import { requirePageGpu } from "./requirePageGpu.ts";
import { warnOfCpu } from "./warnOfCpu.ts";

/** The backends that `initBackend` can start, best first. */
export const BACKEND_NAMES = ["webgpu", "wasm", "cpu"] as const;

/** The name of a backend. */
export type BackendName = (typeof BACKEND_NAMES)[number];

/** The backend in use, and the reasons for those skipped before it. */
export interface BackendReport {
  readonly name: string;
  readonly refused: readonly {
    readonly name: BackendName;
    readonly reason: string;
  }[];
  /** SIMD instructions of the wasm kernels; absent on other backends. */
  readonly simd?: "wide" | "relaxed" | "plain";
  /** Reason for narrower SIMD instructions than `wide` asks for. */
  readonly simdFallbackReason?: string;
  /** What native kernels use of the processor, "avx2" for example; absent without them. */
  readonly native?: string;
  /** Reason for no native kernels where `native` asks for them. */
  readonly nativeFallbackReason?: string;
  /** Number of threads; absent on backends without threads. */
  readonly threads?: number;
  /** Reason for fewer threads than requested, or than there are cores. */
  readonly threadsFallbackReason?: string;
  /** What the self-test found wrong: kernels that are not used, each with the number that came out; absent if none is. */
  readonly kernelFallbackReason?: string;
}

/** Options of `initBackend`. */
export interface BackendOptions extends WasmOptions, WebgpuOptions {
  /** What is going to be computed at a time. Where no backend is asked for, little work goes to wasm before webgpu. */
  readonly work?: WorkEstimate;
}

/** The work of one forward pass. */
export interface WorkEstimate {
  /** Number of parameters in matrices: of a text model without its table of tokens. */
  readonly parameters: number;
  /** Number of rows that go through them at once: texts times tokens, images times patches; 1 for a step of a decoder. */
  readonly rows: number;
}

/**
 * Products and sums below which wasm comes first: two cores are done in about 20 ms, and a hundred operations given to a GPU one
 * after another and the wait for its answer take as long.
 */
const SMALL_WORK = 1e9;

/** Limit of threads, each of which takes memory. */
const MOST_THREADS = 64;

const OPTIONS: OptionNames<BackendOptions> = {
  wasmPaths: true,
  relaxedSimd: true,
  wide: true,
  native: true,
  threads: true,
  minTaskNanoseconds: true,
  threadUrl: true,
  allowSoftwareAdapter: true,
  gpu: true,
  float16: true,
  subgroups: true,
  onDeviceLost: true,
  work: true,
};

/**
 * Starts a backend: the first available one of `choice`, then of the rest of webgpu, wasm, cpu. Left out, it is the best for
 * `work`, if that is told.
 *
 * One explicit name falls through to slower ones only, never to another GPU. Calling it again is cheap, and may
 * change the backend. The kernels are tested: one that computes a small known result wrong is not used, which the console
 * says.
 *
 * @throws BackendError with the reason of each, if none is available; RangeError if `threads` is no whole number from
 *   1 to 64, or `wide` is asked for without `relaxedSimd`; Error if another version of this package runs already
 */
export async function initBackend(
  choice?: BackendName | readonly BackendName[],
  options: BackendOptions = {},
): Promise<BackendReport> {
  checkOptions("initBackend", options, OPTIONS);
  checkWork(options.work);
  const { threads, relaxedSimd, wide } = options;
  if (wide === true && relaxedSimd === false) {
    throw new RangeError("initBackend: expected wide with relaxedSimd, on which it builds, got relaxedSimd: false");
  }
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS)) {
    throw new RangeError(
      `initBackend: expected threads to be a whole number from 1 to ${MOST_THREADS}, got ${threads}`,
    );
  }
  requireOneVersion();
  registerGradients();
  const refused: { name: BackendName; reason: string }[] = [];
  for (const name of candidates(choice === undefined ? orderFor(options.work) : choice)) {
    try {
      const details = await start(name, {
        ...options,
        allowSoftwareAdapter: options.allowSoftwareAdapter ?? choice === "webgpu",
      });
      const { faults } = await testKernels();
      if (name === "cpu") warnOfCpu(refused);
      return { name: tf.getBackend(), refused, ...details, ...fallbackOf(faults) };
    } catch (error) {
      refused.push({ name, reason: reasonOf(error) });
    }
  }
  throw new BackendError(refused);
}

/** The error when no backend could be started, with the reason of each. */
export class BackendError extends Error {
  override readonly name = "BackendError";
  constructor(refused: BackendReport["refused"]) {
    super(
      `initBackend: expected one backend to start, got ${refused
        .map(({ name, reason }) => `${name}: ${reason}`)
        .join("; ")}`,
    );
  }
}

/** Every backend, best first for this work. */
function orderFor(work: WorkEstimate | undefined): readonly BackendName[] {
  const isSmall = work !== undefined && 2 * work.parameters * work.rows < SMALL_WORK;
  return isSmall ? ["wasm", "webgpu", "cpu"] : BACKEND_NAMES;
}

function checkWork(work: WorkEstimate | undefined): void {
  if (work === undefined || [work?.parameters, work?.rows].every((count) => count >= 0)) return;
  throw new RangeError(
    `initBackend: expected work to be { parameters, rows }, two counts, got ${describeArgument(work)}`,
  );
}

function candidates(choice: BackendName | readonly BackendName[]): readonly BackendName[] {
  const asked = typeof choice === "string" ? [choice] : choice;
  if (!Array.isArray(asked)) {
    throw new RangeError(`initBackend: expected ${BACKEND_NAMES.join(", ")}, got ${describeArgument(choice)}`);
  }
  const unknown = asked.find((name) => !BACKEND_NAMES.includes(name));
  if (unknown !== undefined || asked.length === 0) {
    throw new RangeError(`initBackend: expected ${BACKEND_NAMES.join(", ")}, got ${unknown ?? "an empty list"}`);
  }
  const last = Math.max(...asked.map((name) => BACKEND_NAMES.indexOf(name)));
  return [...new Set([...asked, ...BACKEND_NAMES.slice(last + 1)])];
}

async function start(name: BackendName, options: BackendOptions): Promise<Omit<BackendReport, "name" | "refused">> {
  switch (name) {
    case "webgpu": {
      await requirePageGpu(options.gpu, options.allowSoftwareAdapter === true);
      const { startWebgpu } = await importWebgpu();
      await startWebgpu(options);
      return {};
    }
    case "wasm": {
      const { startWasm } = await importWasm();
      return startWasm(options);
    }
    case "cpu":
      await startCpu();
      return {};
  }
}

function fallbackOf(faults: readonly KernelFault[]): Pick<BackendReport, "kernelFallbackReason"> {
  return faults.length === 0 ? {} : { kernelFallbackReason: faults.map(({ message }) => message).join("; ") };
}

function reasonOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  if (typeof error === "object" && error !== null && "message" in error) {
    return String(error.message);
  }
  return String(error);
}
