import * as tf from "@tensorflow/tfjs-core";

/** What is alive on the current backend. */
export interface MemoryReport {
  readonly tensors: number;
  /** The sum of the tensors' sizes; those that share memory count each. */
  readonly bytes: number;
}

/** The tensors that are alive, and their bytes. */
export function memoryReport(): MemoryReport {
  const { numTensors, numBytes } = tf.memory();
  return { tensors: numTensors, bytes: numBytes };
}
