import * as tf from "@tensorflow/tfjs-core";

/** `tf.tidy` for a result that is a record of tensors with a type of its own, which `tf.tidy`'s type does not take. */
export function tidy<T>(run: () => T): T {
  return tf.tidy(run as () => tf.TensorContainer) as T;
}
