import { slidingWindowMask } from "@qkv/attention";
import * as tf from "@tensorflow/tfjs-core";

/**
 * The part of a mask that a query sees which sees `reach` positions before and after its own: [B or 1, 1, Q, K]. The last query
 * lines up with the last key.
 *
 * @param mask [B, 1, 1, K] or [B, 1, Q, K]; left out: all keys count
 * @returns the mask itself where all keys are within reach
 */
export function nearMask(
  mask: tf.Tensor | undefined,
  reach: number,
  queries: number,
  keys: number,
): tf.Tensor | undefined {
  if (reach >= keys - 1) return mask;
  const near = tf.reshape(slidingWindowMask(queries, keys, { before: reach, after: reach }), [1, 1, queries, keys]);
  return mask === undefined ? near : tf.logicalAnd(mask, near);
}
