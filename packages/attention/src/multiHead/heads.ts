import { checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

/**
 * Gives each head its own axis: [B, L, H * D] -> [B, H, L, D].
 *
 * @throws RangeError if the heads do not divide the width
 */
export function splitHeads(x: tf.Tensor, numHeads: number): tf.Tensor4D {
  checkTensor("splitHeads", "x", x, "[B, L, E]");
  const [batch, length, dModel] = x.shape;
  if (dModel % numHeads !== 0) {
    throw new RangeError(`splitHeads: expected a width that is a multiple of ${numHeads} heads, got [${x.shape}]`);
  }
  const headDim = dModel / numHeads;
  if (length === 1) return tf.reshape(x, [batch, numHeads, 1, headDim]); // a decoder's step: nothing moves
  return tf.tidy(() => tf.transpose(tf.reshape(x, [batch, length, numHeads, headDim]), [0, 2, 1, 3]));
}

/** Puts the heads back side by side: [B, H, L, D] -> [B, L, H * D]. */
export function mergeHeads(x: tf.Tensor): tf.Tensor3D {
  checkTensor("mergeHeads", "x", x, "[B, H, L, D]");
  const [batch, numHeads, length, headDim] = x.shape;
  if (length === 1) return tf.reshape(x, [batch, 1, numHeads * headDim]);
  return tf.tidy(() => tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch, length, numHeads * headDim]));
}
