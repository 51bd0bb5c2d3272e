import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { startKernels, type Kernels } from "./kernelModule.ts";

/** tfjs's wasm heap with our kernels on it: tensors by address, and a scratch area. */
export class Heap {
  readonly backend: BackendWasm;
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  #scratch = 0;
  #scratchBytes = 0;

  private constructor(backend: BackendWasm, kernels: Kernels, memory: WebAssembly.Memory) {
    this.backend = backend;
    this.kernels = kernels;
    this.memory = memory;
  }

  static async of(backend: BackendWasm, relaxedSimd: boolean | undefined): Promise<Heap> {
    const memory = memoryOf(backend);
    return new Heap(backend, await startKernels(memory, relaxedSimd), memory);
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

  /** Whether no other tensor has the memory of `x`, so that it may be written in place. */
  ownsAlone(x: tf.TensorInfo): boolean {
    return this.backend.refCount(x.dataId) === 1;
  }

  /** The address of at least `bytes` of scratch; it holds until the next call, and nothing there lasts. */
  scratch(bytes: number): number {
    if (bytes > this.#scratchBytes) {
      const allocator = this.backend.wasm as unknown as Allocator;
      if (this.#scratch !== 0) allocator._free(this.#scratch);
      this.#scratch = allocator._malloc(bytes) >>> 0; // unsigned: the heap may pass 2 GiB
      this.#scratchBytes = this.#scratch === 0 ? 0 : bytes;
      if (this.#scratch === 0) throw new Error(`wasm: out of memory, expected ${bytes} bytes of scratch`);
    }
    return this.#scratch;
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

/** What emscripten adds to tfjs's module beside what its types say. */
interface Allocator {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

// Emscripten hands its memory out under either name, by version and build.
function memoryOf(backend: BackendWasm): WebAssembly.Memory {
  const module = backend.wasm as unknown as {
    readonly wasmMemory?: WebAssembly.Memory;
    readonly asm?: Readonly<Record<string, unknown>>;
  };
  const memory =
    module.wasmMemory ?? Object.values(module.asm ?? {}).find((value) => value instanceof WebAssembly.Memory);
  if (memory === undefined) {
    throw new Error("tfjs's wasm module does not show its memory");
  }
  return memory;
}
