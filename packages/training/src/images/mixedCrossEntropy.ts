import { checkRecord, checkTensor, crossEntropy } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { MixedBatch } from "./mix.ts";

/**
 * The mean cross-entropy of images with two labels each: it is linear in its target, so that of a mixed one
 * is the mix of two.
 *
 * @param logits [B, V]
 */
export function mixedCrossEntropy(
  logits: tf.Tensor,
  mixed: Pick<MixedBatch, "labels" | "otherLabels" | "share">,
  { labelSmoothing = 0 }: { readonly labelSmoothing?: number } = {},
): tf.Scalar {
  checkRecord("mixedCrossEntropy", "mixed", mixed);
  const { labels, otherLabels, share } = mixed;
  checkTensor("mixedCrossEntropy", "logits", logits, "[B, V]", "float32");
  const cost = (of: Int32Array) => tf.mean(crossEntropy(logits, tf.tensor1d(of, "int32"), { labelSmoothing }));
  return tf.tidy(() => {
    if (share === 1) return cost(labels) as tf.Scalar;
    return tf.add(tf.mul(cost(labels), share), tf.mul(cost(otherLabels), 1 - share)) as tf.Scalar;
  });
}
