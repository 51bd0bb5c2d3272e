import { checkTensor, softmax } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { alignToScores, type ScoreShape } from "../checks/argumentChecks.ts";
import { validLengthMask, type ValidLengths } from "./validLengths.ts";

/**
 * Attention weights of a query with no visible key: `zeros`, or `uniform`, the same weight on every key, hidden ones
 * too, as Dive into Deep Learning's masked_softmax gives.
 */
export type EmptyRows = "zeros" | "uniform";

/**
 * Visible keys: their number, for each B or for each B and Q ("valid lengths"); or a bool mask, `true` keeps, [Q, K] or
 * of the rank of the scores with axes that are equal or 1.
 */
export type Visible = ValidLengths | tf.Tensor;

/**
 * Computes the softmax over the visible keys: hidden ones have weight 0.
 *
 * @param scores [B, Q, K] or [B, H, Q, K]
 * @param visible left out: all keys
 * @returns the shape of `scores`; rows sum to 1, or to 0 where no key is visible
 * @throws RangeError if the mask or the lengths do not fit
 */
export function maskedSoftmax<T extends tf.Tensor>(
  scores: T,
  visible?: Visible,
  { emptyRows = "zeros" }: { readonly emptyRows?: EmptyRows } = {},
): T {
  checkTensor("maskedSoftmax", "scores", scores, "[...]");
  const shape = scores.shape as ScoreShape;
  if (scores.rank !== 3 && scores.rank !== 4) {
    throw new RangeError(`maskedSoftmax: expected scores [B, Q, K] or [B, H, Q, K], got [${shape}]`);
  }
  return tf.tidy(() => {
    if (visible === undefined) return softmax(scores) as T;
    const mask = visibleMask("maskedSoftmax", visible, shape);
    return softmaxOfVisible(hideScores(scores, mask), mask, emptyRows) as T;
  });
}

/** `scores` where visible, elsewhere a number that vanishes in a softmax. */
export function hideScores(scores: tf.Tensor, visible: tf.Tensor | undefined): tf.Tensor {
  if (visible === undefined || scores.size === 0) return tf.clone(scores); // tfjs does not broadcast an axis of 1 to 0
  return tf.where(tf.broadcastTo(visible, scores.shape), scores, HIDDEN);
}

/** The softmax of the result of {@link hideScores}. */
export function softmaxOfVisible(
  masked: tf.Tensor,
  visible: tf.Tensor | undefined,
  emptyRows: EmptyRows = "zeros",
  normalize: (scores: tf.Tensor) => tf.Tensor = softmax,
): tf.Tensor {
  const weights = normalize(masked);
  return visible === undefined || emptyRows === "uniform" ? weights : tf.mul(weights, tf.cast(visible, "float32"));
}

// Finite: WGSL lets a compiler assume that no infinity ever occurs.
const HIDDEN = -1e9;

/** `visible` as a mask of the rank of the scores. */
export function visibleMask(who: string, visible: Visible, scores: ScoreShape): tf.Tensor {
  if (visible instanceof tf.Tensor) return alignToScores(who, "mask", visible, scores, "bool");
  const [batch, queries, keys] = [scores[0], scores.at(-2) ?? 0, scores.at(-1) ?? 0];
  const mask = validLengthMask(visible, { batch, queries, keys }); // [B, 1 or Q, K]
  return scores.length === 4 ? tf.expandDims(mask, 1) : mask;
}
