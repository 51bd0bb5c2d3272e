import * as tf from "@tensorflow/tfjs-core";
import type { AttentionOptions } from "../scaledDotProduct/options.ts";
import { slidingWindowMask } from "../masks/masks.ts";
import { slidingWindowAttention } from "./slidingWindowAttention.ts";

/**
 * Computes causal attention in which each query sees the `window` keys up to its own, at a cost linear in length; null
 * where the options do not allow it or it does not pay.
 *
 * @param q [B, H, Q, D]
 * @param k [B, G, K, D]
 * @param v [B, G, K, V]
 */
export function windowedAttention(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
  window: number,
  visible: AttentionOptions,
): tf.Tensor4D | null {
  const { mask, bias, sinks, causal: _, emptyRows, ...options } = visible;
  const [batch, , length] = k.shape;
  const isKeyMask = mask === undefined || tf.util.arraysEqual(mask.shape, [batch, 1, 1, length]);
  // Blocks are as long as the window, and each meets the one before it: below two of them nothing is saved.
  const pays = length > 2 * Math.max(window, 16);
  if (
    emptyRows === "uniform" ||
    q.shape[2] !== length ||
    !pays ||
    !isKeyMask ||
    bias !== undefined ||
    sinks !== undefined
  )
    return null;
  const attentionMask = mask && (tf.reshape(mask, [batch, length]) as tf.Tensor2D);
  return slidingWindowAttention(q, k, v, {
    ...options,
    before: window - 1,
    after: 0,
    ...(attentionMask && { attentionMask }),
  });
}

/** `mask` without the keys that lie more than a window back, [Q, K] or what it broadcasts to. */
export function windowMask(q: tf.Tensor4D, k: tf.Tensor4D, window: number, mask: tf.Tensor | undefined): tf.Tensor {
  const band = slidingWindowMask(q.shape[2], k.shape[2], { before: window - 1, after: 0 });
  return mask === undefined ? band : tf.logicalAnd(band, mask);
}
