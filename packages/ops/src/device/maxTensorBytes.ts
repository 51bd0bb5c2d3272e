import * as tf from "@tensorflow/tfjs-core";

/** A backend whose kernels do not take tensors of any size. */
export interface LimitedBackend {
  /** The bytes of the largest tensor that they take. */
  readonly maxTensorBytes: number;
}

/** The bytes of the largest tensor that kernels of the current backend take, as a GPU binds it; Infinity without a limit. */
export function maxTensorBytes(): number {
  return (tf.backend() as Partial<LimitedBackend>).maxTensorBytes ?? Infinity;
}
