import type { PassOptions } from "@qkv/nn";
import { crossEntropy } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

/** Options of a model's loss. */
export interface LossOptions extends PassOptions {
  /** Share of the probability spread over all tokens. Default 0. */
  readonly labelSmoothing?: number;
}

/**
 * The mean cross-entropy of the tokens that count.
 *
 * @param logits [B, L, V]
 * @param labels [B, L] int32, -100 at positions that do not count
 */
export function meanTokenLoss(logits: tf.Tensor3D, labels: tf.Tensor, labelSmoothing: number): tf.Scalar {
  const rows = tf.reshape(logits, [-1, logits.shape[2]]) as tf.Tensor2D;
  const flat = tf.reshape(labels, [-1]) as tf.Tensor1D;
  const losses = crossEntropy(rows, flat, { labelSmoothing }); // [B * L]
  const count = tf.sum(tf.cast(tf.notEqual(flat, -100), "float32"));
  return tf.div(tf.sum(losses), tf.maximum(count, 1)) as tf.Scalar;
}
