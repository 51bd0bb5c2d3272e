import * as tf from "@tensorflow/tfjs-core";

/**
 * Positions that count the tokens that a mask keeps, from 0; -1 at the others.
 *
 * @param mask [B, K] bool
 * @returns [B, length] int32, those of the last `length` of them. Does not tidy
 */
export function keptPositions(mask: tf.Tensor, length: number): tf.Tensor2D {
  const [batch = 0, keys = 0] = mask.shape;
  const kept = tf.cast(mask, "float32");
  const positions = tf.sub(tf.mul(tf.cumsum(kept, 1), kept), 1);
  return tf.cast(tf.slice(positions, [0, keys - length], [batch, length]), "int32") as tf.Tensor2D;
}
