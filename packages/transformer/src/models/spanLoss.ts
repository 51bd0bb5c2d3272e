import { crossEntropy } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

/** Scores of where an answer starts and ends. */
export interface AnswerSpans {
  /** [B, L] */
  readonly startLogits: tf.Tensor2D;
  /** [B, L] */
  readonly endLogits: tf.Tensor2D;
}

/**
 * The mean cross-entropy of both ends.
 *
 * @param labels [B, 2] int32, the first and the last token of each answer
 */
export function spanLoss({ startLogits, endLogits }: AnswerSpans, labels: tf.Tensor): tf.Scalar {
  const [starts, ends] = tf.unstack(labels, 1) as [tf.Tensor1D, tf.Tensor1D];
  const [first, last] = [crossEntropy(startLogits, starts), crossEntropy(endLogits, ends)];
  return tf.div(tf.add(tf.mean(first), tf.mean(last)), 2) as tf.Scalar;
}
