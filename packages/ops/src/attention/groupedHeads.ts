import { checkTensor } from "../checks/argumentChecks.ts";
import * as tf from "@tensorflow/tfjs-core";
import type { AttentionInputs } from "./attentionInputs.ts";

// Kernels take one key-value head for each query head. Grouped-query attention is brought to that form here.

/**
 * Whether the query heads of a group can become further queries of one head, so that no key is copied: every query must
 * see the same keys with the same bias. That holds for a decoding step, and for what is neither causal nor masked by
 * query.
 */
export function canFoldHeads({ q, mask, bias }: AttentionInputs, causal: boolean): boolean {
  const perQuery = causal && q.shape[2] !== 1;
  const shared = ({ rank, shape }: tf.Tensor) => rank !== 4 || (shape[1] === 1 && shape[2] === 1);
  return !perQuery && shared(mask) && shared(bias);
}

/** q [B, H, Q, D] -> [B, G, H / G * Q, D]; a row's place in the flat scores, and so its dropout, stays. */
export function foldHeads(q: tf.Tensor, groups: number): tf.Tensor {
  const [batch = 0, heads = 0, queries = 0, width = 0] = q.shape;
  return tf.reshape(q, [batch, groups, (heads / groups) * queries, width]);
}

/**
 * Repeats each key-value head for every query head that it serves, in a row: [B, G, K, D] -> [B, H, K, D].
 *
 * @throws RangeError if G does not divide H
 */
export function repeatHeads(x: tf.Tensor, heads: number): tf.Tensor {
  checkTensor("repeatHeads", "x", x, "[...]");
  const [batch = 0, groups = 0, length = 0, width = 0] = x.shape;
  if (heads % groups !== 0) {
    throw new RangeError(`repeatHeads: expected ${heads} heads to be a multiple of x's, got x [${x.shape}]`);
  }
  if (groups === heads) return tf.clone(x);
  return tf.tidy(() => {
    const repeated = tf.tile(tf.reshape(x, [batch * groups, 1, length * width]), [1, heads / groups, 1]); // [B G, H / G, K D]
    return tf.reshape(repeated, [batch, heads, length, width]);
  });
}
