import * as tf from "@tensorflow/tfjs-core";

/** Runs `tf.tidy` for a result that is a typed record of tensors, which the type of `tf.tidy` does not accept. */
export function tidy<T>(run: () => T): T {
  return tf.tidy(run as () => tf.TensorContainer) as T;
}
