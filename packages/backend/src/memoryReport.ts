import * as tf from "@tensorflow/tfjs-core";

/** What is alive on the current backend, and what the backend holds for it. */
export interface MemoryReport {
  readonly tensors: number;
  /** The sum of the tensors' sizes; those that share memory count each. */
  readonly bytes: number;
  /**
   * What the backend has taken of the machine: the heap of wasm, which never shrinks and so is the most there ever was
   * at once, or the GPU's buffers, those kept for later use included. Absent where the backend does not count.
   */
  readonly reservedBytes?: number;
}

/** The tensors that are alive, their bytes, and those that the backend holds. */
export function memoryReport(): MemoryReport {
  const { numTensors, numBytes, ...own } = tf.memory() as tf.MemoryInfo & BackendMemory;
  const reservedBytes = own.heapBytes ?? own.numBytesAllocatedInGPU;
  return { tensors: numTensors, bytes: numBytes, ...(reservedBytes !== undefined && { reservedBytes }) };
}

/** What backends add to tfjs's own count. */
interface BackendMemory {
  /** Of `@qkv/backend-wasm` */
  readonly heapBytes?: number;
  /** Of tfjs's webgpu */
  readonly numBytesAllocatedInGPU?: number;
}
