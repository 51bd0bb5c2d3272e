import { isNode, type WasmOptions } from "@qkv/ops";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { Heap, memoryOf } from "./heap.ts";
import { chooseKernels, type ChosenKernels } from "./chooseKernels.ts";
import { type NativeKernels, requireSimd, type Simd, startKernels } from "./kernelModule.ts";
import { registerArithmetic } from "./kernels/arithmetic.ts";
import { registerAttention } from "./kernels/attention.ts";
import { registerElements } from "./kernels/elements.ts";
import { registerLayout } from "./kernels/layout.ts";
import { registerPacked } from "./kernels/packed.ts";
import { registerMatMul } from "./kernels/matMul.ts";
import { registerRows } from "./kernels/rows.ts";
import { registerSlice } from "./kernels/slice.ts";
import { registerTile } from "./kernels/tile.ts";
import { registerTransformerLayer } from "./kernels/layer/transformerLayer.ts";
import { startNative } from "./nativeKernels.ts";
import { whyNoSharedMemory } from "./sharedMemory.ts";
import { ThreadPool } from "./threadPool.ts";
import { createTfjsBackend } from "./tfjsModule.ts";
import type { CompileWasm } from "./wasmFiles.ts";

/** SIMD and threads of the wasm backend. */
export interface WasmReport {
  /** SIMD instructions of the kernels. */
  readonly simd: Simd;
  /** Reason for narrower ones than `wide` asks for; absent if there is none. */
  readonly simdFallbackReason?: string;
  /** What native kernels use of the processor, "avx2" for example; absent where there are none. */
  readonly native?: string;
  /** Reason for none where `native` asks for them. */
  readonly nativeFallbackReason?: string;
  /** Number of threads, the calling one included. */
  readonly threads: number;
  /** Reason for fewer threads than requested; absent if there are not fewer. */
  readonly threadsFallbackReason?: string;
}

interface Started {
  readonly heap: Heap;
  readonly chosen: ChosenKernels;
  readonly native: StartedNative;
  /** Whether wide vectors were asked for. */
  readonly isWide: boolean;
  readonly isNative: boolean;
}

/** The native kernels, or the reason why they are not there; empty where they are not asked for. */
interface StartedNative {
  readonly kernels?: NativeKernels;
  readonly reason?: string;
}

/** The backends that already have our kernels: a restarted one is a new backend. */
const started = new WeakMap<object, Started>();

// More threads share a cache and a bus; a step of a small model has no work for them.
const MOST_THREADS = 8;

let last: Promise<unknown> = Promise.resolve();

/** Starts wasm with modules from `compile`, one call after another. */
export function startWith(compile: CompileWasm, options: WasmOptions): Promise<WasmReport> {
  const report = last.then(() => start(compile, options));
  last = report.catch(() => undefined);
  return report;
}

async function start(compile: CompileWasm, options: WasmOptions): Promise<WasmReport> {
  await setBackend(compile, options);
  const backend = tf.backend() as BackendWasm;
  const { heap, chosen, native, isWide, isNative } =
    started.get(backend) ?? (await addKernels(backend, compile, options));
  const { module, ...found } = chosen;
  const isLate = options.wide === true && !isWide;
  const simd = {
    ...(isLate ? { ...found, simdFallbackReason: "wasm was started without wide before" } : found),
    ...reportOf(options.native === true && !isNative ? { reason: "wasm was started without native before" } : native),
  };
  if (options.minTaskNanoseconds !== undefined) heap.minTaskNanoseconds = options.minTaskNanoseconds;

  const { threads = heap.pool?.size ?? defaultThreads() } = options;
  if (threads === (heap.pool?.size ?? 1)) return { ...simd, threads };
  heap.pool = undefined;
  if (threads === 1) return { ...simd, threads };
  try {
    if (!isShared(heap.memory)) throw new Error(whyNoSharedMemory() ?? "the backend was started without shared memory");
    heap.pool = await ThreadPool.start(heap.kernels, module, heap.memory, threads, {
      threadUrl: options.threadUrl,
      native: native.kernels?.path,
    });
    return { ...simd, threads };
  } catch (error) {
    return { ...simd, threads: 1, threadsFallbackReason: error instanceof Error ? error.message : String(error) };
  }
}

/** Makes wasm the current backend: one that any code has started, or a new one of ours. */
async function setBackend(compile: CompileWasm, { wasmPaths }: WasmOptions): Promise<void> {
  // Not tf.findBackend: asking it starts the backend.
  if (tf.engine().registry["wasm"] === undefined) {
    requireSimd();
    const isShared = whyNoSharedMemory() === undefined;
    const backend = await createTfjsBackend(await compile("tfjs-backend-wasm-simd.wasm", isShared, wasmPaths));
    if (tf.engine().registryFactory["wasm"] !== undefined) tf.removeBackend("wasm"); // tfjs's way to start it
    tf.registerBackend("wasm", () => backend, PRIORITY);
  }
  if (!(await tf.setBackend("wasm"))) throw new Error("tfjs could not start it");
}

const PRIORITY = 2; // as in tfjs

async function addKernels(backend: BackendWasm, compile: CompileWasm, options: WasmOptions): Promise<Started> {
  const memory = memoryOf(backend);
  const chosen = await chooseKernels(compile, isShared(memory), options);
  const native = options.native === true ? await tryNative(chosen.module, memory) : {};
  const kernels = await startKernels(chosen.module, memory, native.kernels);
  const heap = new Heap(backend, kernels, memory, native.kernels);
  registerMatMul(heap);
  registerArithmetic(heap);
  registerLayout(heap);
  registerPacked(heap);
  registerSlice(heap);
  registerTile(heap);
  registerRows(heap);
  registerElements(heap);
  registerAttention(heap);
  registerTransformerLayer(heap);
  backend.memory = () => ({ unreliable: false, heapBytes: memory.buffer.byteLength });
  const dispose = backend.dispose.bind(backend);
  backend.dispose = () => {
    heap.pool = undefined;
    dispose();
  };
  const entry = { heap, chosen, native, isWide: options.wide === true, isNative: options.native === true };
  started.set(backend, entry);
  return entry;
}

async function tryNative(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<StartedNative> {
  try {
    return { kernels: await startNative(module, memory) };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

function reportOf({ kernels, reason }: StartedNative): Pick<WasmReport, "native" | "nativeFallbackReason"> {
  return {
    ...(kernels !== undefined && { native: kernels.instructions }),
    ...(reason !== undefined && { nativeFallbackReason: reason }),
  };
}

function isShared({ buffer }: WebAssembly.Memory): boolean {
  return typeof SharedArrayBuffer !== "undefined" && (buffer as ArrayBufferLike) instanceof SharedArrayBuffer;
}

function defaultThreads(): number {
  if (whyNoSharedMemory() !== undefined) return 1;
  const cores = isNode() ? nodeCores() : globalThis.navigator?.hardwareConcurrency;
  return Math.max(1, Math.min(cores ?? 1, MOST_THREADS));
}

function nodeCores(): number {
  return process.getBuiltinModule("node:os").availableParallelism();
}
