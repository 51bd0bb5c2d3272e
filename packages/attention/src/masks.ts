import * as tf from "@tensorflow/tfjs-core";

// In every mask of this package `true` keeps a key and `false` hides it.

/** [Q, K] bool; true where key j is no later than query i, counting both from the end. */
export function causalMask(queries: number, keys: number): tf.Tensor2D {
  return tf.tidy(() => {
    const i = tf.expandDims(tf.range(keys - queries, keys), 1);
    const j = tf.expandDims(tf.range(0, keys), 0);
    return tf.lessEqual(j, i) as tf.Tensor2D;
  });
}

/**
 * Which positions of a padded batch hold a token.
 *
 * @param lengths how many tokens each row has, B numbers
 * @param maxLength L
 * @returns [B, L] bool
 */
export function lengthMask(lengths: readonly number[], maxLength: number): tf.Tensor2D {
  return tf.tidy(() => tf.less(tf.range(0, maxLength), tf.expandDims(tf.tensor1d([...lengths]), 1)) as tf.Tensor2D);
}

/** A mask of keys that every head and query shares: [B, K] -> [B, 1, 1, K]. */
export function keyMask(keep: tf.Tensor2D): tf.Tensor4D {
  const [batch, keys] = keep.shape;
  return tf.reshape(keep, [batch, 1, 1, keys]);
}
