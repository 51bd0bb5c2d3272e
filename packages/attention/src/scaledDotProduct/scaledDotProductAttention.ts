import { checkRecord, checkTensor, attention, type AttentionOptions as KernelOptions, repeatHeads } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { alignToScores, checkFinite, checkPositive } from "../checks/argumentChecks.ts";
import type { AttentionOptions } from "./options.ts";
import { attentionStages } from "./stages.ts";
import { dotScoreWith } from "../scores/scores.ts";
import { sinksAsKey } from "./sinks.ts";

/**
 * Computes softmax(q kᵀ * scale + bias) v over the keys that the masks leave visible ("Attention Is All You Need",
 * section 3.2.1). A query with no visible key gets zeros. It runs on the backend's fused kernel where there is one.
 *
 * Fewer key-value heads than query heads are grouped-query attention (G = 1: multi-query): each serves H / G query heads
 * in a row.
 *
 * @param q [B, H, Q, D]
 * @param k [B, G, K, D], G a divisor of H
 * @param v [B, G, K, V]
 * @returns [B, H, Q, V]
 * @throws RangeError if shapes do not fit or there is no key
 */
export function scaledDotProductAttention(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  options: AttentionOptions = {},
): tf.Tensor4D {
  checkTensor("scaledDotProductAttention", "q", q, "[B, H, Q, D]");
  checkTensor("scaledDotProductAttention", "k", k, "[B, G, K, D]");
  checkTensor("scaledDotProductAttention", "v", v, "[B, G, K, V]");
  const shape = checkShapes(q, k, v);
  checkNumbers("scaledDotProductAttention", options);
  const { dropout: rate = 0, random, sinks, emptyRows, causal, scale, softcap } = options;
  return tf.tidy(() => {
    if (emptyRows === "uniform") return uniformWhereHidden(q, k, v, options);
    const given = {
      keys: k,
      values: v,
      mask: options.mask && alignToScores("attention", "mask", options.mask, shape, "bool"),
      bias: options.bias && alignToScores("attention", "bias", options.bias, shape, "float32"),
    };
    const { keys, values, mask, bias } = sinks === undefined ? given : sinksAsKey(given, sinks, q.shape[1]);
    const dropout: KernelOptions = random === undefined || rate === 0 ? {} : { dropout: { rate, seed: random.next() } };
    return attention(q, keys, values, { mask, bias, causal, scale, softcap, ...dropout });
  });
}

/**
 * Computes the attention weights of {@link scaledDotProductAttention}, after dropout.
 *
 * @param q [B, H, Q, D]
 * @param k [B, G, K, D], G a divisor of H
 * @returns [B, H, Q, K]; each row sums to 1, or to 0 if no key is visible
 * @throws RangeError if shapes do not fit or there is no key
 */
export function attentionWeights(q: tf.Tensor, k: tf.Tensor, options: AttentionOptions = {}): tf.Tensor4D {
  checkTensor("attentionWeights", "q", q, "[B, H, Q, D]");
  checkTensor("attentionWeights", "k", k, "[B, G, K, D]");
  checkShapes(q, k, k);
  checkNumbers("attentionWeights", options);
  const { scale = 1 / Math.sqrt(q.shape[3] || 1), ...rest } = options;
  return tf.tidy(() => {
    const keys = repeatHeads(k, q.shape[1]) as tf.Tensor4D;
    return attentionStages(q, keys, { ...rest, score: dotScoreWith(scale) }).droppedProbabilities;
  });
}

// No kernel gives such a row its uniform weights.
function uniformWhereHidden(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, options: AttentionOptions): tf.Tensor4D {
  return tf.matMul(attentionWeights(q, k, options), repeatHeads(v, q.shape[1]));
}

/** @returns [B, H, Q, K] */
function checkShapes(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D): number[] {
  const got = `got q [${q.shape}], k [${k.shape}], v [${v.shape}]`;
  const [batch, heads, queries, width] = q.shape;
  const [, groups, keys] = k.shape;
  if (q.rank !== 4 || k.rank !== 4 || v.rank !== 4) {
    throw new RangeError(`attention: expected q, k and v of rank 4, ${got}`);
  }
  if (width !== k.shape[3]) throw new RangeError(`attention: expected q and k of one head width, ${got}`);
  if (k.shape[0] !== batch || [0, 1, 2].some((axis) => k.shape[axis] !== v.shape[axis])) {
    throw new RangeError(`attention: expected k and v of one batch, heads and length, and q of that batch, ${got}`);
  }
  if (keys === 0) throw new RangeError(`attention: expected at least one key, ${got}`);
  if (heads % groups !== 0) throw new RangeError(`attention: expected query heads a multiple of k's, ${got}`);
  return [batch, heads, queries, keys];
}

function checkNumbers(who: string, options: AttentionOptions): void {
  checkRecord(who, "options", options);
  const { scale, softcap, dropout } = options;
  if (scale !== undefined) checkFinite("attention", "scale", scale);
  if (softcap !== undefined) checkPositive("attention", "softcap", softcap);
  if (dropout !== undefined && !(dropout >= 0 && dropout < 1)) {
    throw new RangeError(`attention: expected dropout in [0, 1), got ${dropout}`);
  }
}
