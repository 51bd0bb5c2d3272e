import * as tf from "@tensorflow/tfjs-core";
import { checkTensor } from "../checks/argumentChecks.ts";
import { FUSED_KERNELS, isRecordingGradients, runFusedFirst } from "../fusedKernel.ts";
import { alignToScores, type AttentionOptions } from "./attention.ts";
import type { AttentionAttrs, RowReadingKernel } from "./attentionInputs.ts";

/** Whether the current backend attends to rows as they are, where no gradient is recorded: webgpu does. */
export function attendsToRows(): boolean {
  const kernel = tf.getKernel(FUSED_KERNELS.attention, tf.getBackend()) as
    (tf.KernelConfig & RowReadingKernel) | undefined;
  return kernel?.readsRows === true && !isRecordingGradients();
}

/**
 * Computes what `attention` computes, of heads side by side in rows as products write them, for inference where
 * {@link attendsToRows}.
 *
 * @param q [B, Q, H, D]
 * @param k [B, K, H, D]
 * @param v [B, K, H, D]
 * @returns [B, Q, H, D]
 * @throws RangeError if the shapes do not fit
 */
export function attentionOfRows(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  { mask, causal = false, bias, scale }: Pick<AttentionOptions, "mask" | "causal" | "bias" | "scale"> = {},
): tf.Tensor4D {
  checkTensor("attentionOfRows", "q", q, "[B, Q, H, D]", "float32");
  checkTensor("attentionOfRows", "k", k, "[B, K, H, D]", "float32");
  checkTensor("attentionOfRows", "v", v, "[B, K, H, D]", "float32");
  const [batch, queries, heads, width] = q.shape as [number, number, number, number];
  const [, keys = 0] = k.shape;
  const got = `got q [${q.shape}], k [${k.shape}], v [${v.shape}]`;
  if (![k, v].every(({ shape }) => tf.util.arraysEqual(shape, [batch, keys, heads, width]))) {
    throw new RangeError(`attentionOfRows: expected k and v of one batch, length, heads and features, ${got}`);
  }
  if (keys === 0) throw new RangeError(`attentionOfRows: expected at least one key, ${got}`);
  return tf.tidy(() => {
    const scores = [batch, heads, queries, keys];
    const inputs = {
      ...{ q, k, v },
      mask: alignToScores("mask", mask, scores, "bool"),
      bias: alignToScores("bias", bias, scores, "float32"),
    };
    const attrs: AttentionAttrs = {
      scale: scale ?? 1 / Math.sqrt(width || 1),
      causal,
      dropout: undefined,
      isRows: true,
    };
    return runFusedFirst(FUSED_KERNELS.attention, inputs, attrs) as tf.Tensor4D;
  });
}
