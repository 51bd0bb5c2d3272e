import * as tf from "@tensorflow/tfjs-core";

/** Tensors in use on the current backend, and the memory that the backend has allocated. */
export interface MemoryReport {
  readonly tensors: number;
  /** The sum of the tensors' sizes; those that share memory count each. */
  readonly bytes: number;
  /**
   * Bytes that the backend has allocated: the heap of wasm, which never shrinks and so is the peak, or the GPU's
   * buffers, those kept for later use included. Absent where the backend does not count.
   */
  readonly reservedBytes?: number;
}

/** Counts the tensors in use, their bytes, and the bytes that the backend has allocated. */
export function memoryReport(): MemoryReport {
  const { numTensors, numBytes, ...own } = tf.memory() as tf.MemoryInfo & BackendMemory;
  const reservedBytes = own.heapBytes ?? own.numBytesAllocatedInGPU;
  return { tensors: numTensors, bytes: numBytes, ...(reservedBytes !== undefined && { reservedBytes }) };
}

/** Fields that backends add to `tf.memory()`. */
interface BackendMemory {
  /** Of `@qkv/backend-wasm` */
  readonly heapBytes?: number;
  /** Of tfjs's webgpu */
  readonly numBytesAllocatedInGPU?: number;
}
