import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import type { Kernels, NativeKernels, ParallelKernel } from "./kernelModule.ts";
import type { ThreadPool } from "./threadPool.ts";

/** The work of a kernel, which decides whether threads share it. */
export interface Work {
  /** Number of units (rows, elements, heads), which `from` and `to` of the kernel count. */
  readonly units: number;
  /** Estimated nanoseconds of a unit. */
  readonly cost: number;
  /** Parts are multiples of this many units, except the last one. Default 1. */
  readonly multiple?: number;
  /** Bytes of scratch memory that a thread needs. Default 0. */
  readonly scratch?: number;
}

/** A block of memory. */
export interface Block {
  readonly address: number;
  readonly bytes: number;
}

/** Bytes of a line of a cache: threads that write different pieces write no line together. */
export const LINE = 64;

const WORKSPACE_BYTES = 2 ** 19;
const PARTS_A_THREAD = 4; // so that one that is held up does not hold up all

/** tfjs's wasm heap with our kernels on it: tensors by address, and a scratch area for each thread. */
export class Heap {
  readonly backend: BackendWasm;
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  /** Native kernels beside those of wasm, where there are any. */
  readonly native: NativeKernels | undefined;
  /** Least nanoseconds of a part: waking a thread takes a few microseconds, tens if it sleeps. */
  minTaskNanoseconds = 15_000;
  #pool: ThreadPool | undefined;
  #scratch = 0;
  #scratchBytes = 0;
  #workspace: Block | undefined;

  constructor(backend: BackendWasm, kernels: Kernels, memory: WebAssembly.Memory, native?: NativeKernels) {
    this.backend = backend;
    this.kernels = kernels;
    this.memory = memory;
    this.native = native;
  }

  /** The threads, if there are any. */
  get pool(): ThreadPool | undefined {
    return this.#pool;
  }

  set pool(pool: ThreadPool | undefined) {
    this.#pool?.end();
    this.#pool = pool;
    this.#scratchBytes = 0;
  }

  /** Runs `kernel(...args, from, to, scratch)` over all units, shared among the threads if it is worth it. */
  run(kernel: ParallelKernel, args: readonly number[], { units, cost, multiple = 1, scratch = 0 }: Work): void {
    if (units === 0) return;
    const area = { address: this.scratch(scratch), bytes: this.#scratchBytes };
    if (this.#pool === undefined || units * cost < 2 * this.minTaskNanoseconds) {
      this.kernels[kernel](...args, 0, units, area.address);
      return;
    }
    const least = Math.max(this.minTaskNanoseconds / cost, units / (PARTS_A_THREAD * this.#pool.size));
    this.#pool.run(kernel, args, units, Math.ceil(least / multiple) * multiple, area);
  }

  /** The address of a tensor's first element. */
  at(tensor: tf.TensorInfo): number {
    return this.backend.dataIdMap.get(tensor.dataId).memoryOffset;
  }

  /** A new tensor whose elements are yet to be written. */
  output(shape: readonly number[], dtype: tf.DataType = "float32"): tf.TensorInfo {
    return this.backend.makeOutput([...shape], dtype);
  }

  /** `x` under another shape, sharing its memory. */
  share(x: tf.TensorInfo, shape: readonly number[] = x.shape): tf.TensorInfo {
    this.backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: [...shape], dtype: x.dtype };
  }

  /** Whether no other tensor shares the memory of `x`, so that it may be written in place. */
  isUnique(x: tf.TensorInfo): boolean {
    return this.backend.refCount(x.dataId) === 1;
  }

  /**
   * The address of at least `bytes` of scratch for each thread; it is valid until the next call, and its contents do
   * not last.
   */
  scratch(bytes: number): number {
    if (bytes > this.#scratchBytes) {
      const allocator = this.backend.wasm as unknown as Allocator;
      if (this.#scratch !== 0) allocator._free(this.#scratch);
      [this.#scratch, this.#scratchBytes] = [0, 0];
      const each = Math.ceil(bytes / 64) * 64; // no two threads on one line of a cache
      this.#scratch = allocator._malloc(each * (this.#pool?.size ?? 1)) >>> 0; // unsigned: the heap may pass 2 GiB
      if (this.#scratch === 0) throw new RangeError(`wasm: out of memory, expected ${each} bytes of scratch`);
      this.#scratchBytes = each;
    }
    return this.#scratch;
  }

  /** Memory that programs share, one after another: enough for the steps of a decoder. Its contents do not last. */
  workspace(): Block {
    if (this.#workspace === undefined) {
      const address = (this.backend.wasm as unknown as Allocator)._malloc(WORKSPACE_BYTES + LINE) >>> 0;
      if (address === 0) throw new RangeError(`wasm: out of memory, expected ${WORKSPACE_BYTES} bytes for programs`);
      this.#workspace = { address: Math.ceil(address / LINE) * LINE, bytes: WORKSPACE_BYTES };
    }
    return this.#workspace;
  }

  /** Writes `row`, or zeros, into every row of `width` floats of `x`; `relu` leaves no negative ones. */
  fillRows(x: tf.TensorInfo, width: number, row?: tf.TensorInfo, relu = false): void {
    const floats = (at: number, size: number) => new Float32Array(this.memory.buffer, at, size);
    const to = floats(this.at(x), tf.util.sizeFromShape(x.shape)).fill(0);
    if (row === undefined) return;
    const values = floats(this.at(row), width).map((value) => (relu && value < 0 ? 0 : value));
    for (let at = 0; at < to.length; at += width) to.set(values, at);
  }
}

/** Members that emscripten adds to tfjs's module, and its types lack. */
interface Allocator {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** The memory of tfjs's wasm module. Emscripten exports it under either name, by version and build. */
export function memoryOf(backend: BackendWasm): WebAssembly.Memory {
  const module = backend.wasm as unknown as {
    readonly wasmMemory?: WebAssembly.Memory;
    readonly asm?: Readonly<Record<string, unknown>>;
  };
  const memory =
    module.wasmMemory ?? Object.values(module.asm ?? {}).find((value) => value instanceof WebAssembly.Memory);
  if (memory === undefined) throw new Error("tfjs's wasm module does not show its memory");
  return memory;
}
