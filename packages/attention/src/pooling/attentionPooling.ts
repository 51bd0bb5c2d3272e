import * as tf from "@tensorflow/tfjs-core";
import { alignToScores, checkInteger, checkPooled } from "../checks/argumentChecks.ts";
import type { ScoredAttentionOptions } from "../scaledDotProduct/options.ts";
import { chunkedPooling } from "./chunkedPooling.ts";
import { scaledDotProductAttention } from "../scaledDotProduct/scaledDotProductAttention.ts";
import { scaledDotScore } from "../scores/scores.ts";

/**
 * Computes the mean of the values for each query, weighted by the softmax of its scores with the keys, for any score
 * function. A score that amounts to a dot product runs on the backend's fused kernel where there is one.
 *
 * @param queries [B, Q, D] or [B, H, Q, D]
 * @param keys [B, K, D'] or [B, H, K, D']
 * @param values [B, K, V] or [B, H, K, V]
 * @returns [B, Q, V] or [B, H, Q, V]
 * @throws RangeError if shapes do not fit or there is no key
 */
export function attentionPooling<T extends tf.Tensor>(
  queries: T,
  keys: T,
  values: T,
  { score = scaledDotScore, queriesAtOnce = Infinity, ...options }: ScoredAttentionOptions = {},
): T {
  checkPooled("attentionPooling", queries, keys, values, { sameWidth: score === scaledDotScore });
  if (queriesAtOnce !== Infinity) checkInteger("attentionPooling", "queriesAtOnce", queriesAtOnce, 1);
  return tf.tidy(() => {
    const dot = score.dotProduct?.(queries, keys);
    // Soft cap and sinks need the exact scores, not scores up to a number for each query.
    const exact = dot?.bias === undefined || (options.softcap === undefined && options.sinks === undefined);
    if (dot === undefined || !exact) {
      return chunkedPooling(queries, keys, values, { ...options, score }, queriesAtOnce);
    }
    const shape = [...queries.shape.slice(0, -1), keys.shape.at(-2) ?? 0];
    const align = (name: "mask" | "bias", dtype: "bool" | "float32") =>
      options[name] && byHead(alignToScores("attentionPooling", name, options[name], shape, dtype));
    const biases = [align("bias", "float32"), dot.bias && byHead(dot.bias)].filter((bias) => bias !== undefined);
    const pooled = scaledDotProductAttention(byHead(dot.queries), byHead(dot.keys), byHead(values), {
      ...options,
      mask: align("mask", "bool"),
      bias: biases.length === 0 ? undefined : biases.reduce((sum, bias) => tf.add(sum, bias)),
      scale: dot.scale,
    });
    return (queries.rank === 3 ? tf.squeeze(pooled, [1]) : pooled) as T;
  });
}

/** [B, ...] -> [B, 1, ...] where there is no axis of heads. */
function byHead(x: tf.Tensor): tf.Tensor4D {
  return (x.rank === 3 ? tf.expandDims(x, 1) : x) as tf.Tensor4D;
}
