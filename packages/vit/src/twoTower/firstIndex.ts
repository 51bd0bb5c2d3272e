import * as tf from "@tensorflow/tfjs-core";

/**
 * The index of the first true value of each row, 0 where there is none: `argmax` of NumPy, which tfjs's does not promise of
 * equal values. Does not tidy.
 *
 * @param isOne [B, L] bool
 * @returns [B] int32
 */
export function firstIndex(isOne: tf.Tensor2D): tf.Tensor1D {
  const [batch, length] = isOne.shape;
  const indices = tf.tile(tf.expandDims(tf.range(0, length), 0), [batch, 1]);
  const first = tf.min(tf.where(isOne, indices, tf.fill([batch, length], length)), 1) as tf.Tensor1D;
  return tf.cast(tf.where(tf.equal(first, length), tf.zerosLike(first), first), "int32");
}
