import { Recorder, tidy } from "@qkv/nn";
import { checkArray, checkRecord } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { Seq2SeqModel } from "../models/seq2seq.ts";
import { type HeadFactors, headPatches } from "./headPatches.ts";
import { type TappedModel, withTaps } from "./withTaps.ts";

/** Heads and source tokens to leave out. */
export interface Ablation {
  readonly heads?: HeadFactors | undefined;
  /** Source positions to mask out. */
  readonly hiddenSource?: readonly number[] | undefined;
}

/**
 * Wraps the model without some of its heads, or with some source tokens masked, for `generate` to use as any other. It
 * borrows the weights: there is nothing to dispose of.
 *
 * @throws RangeError if the model has no such attention
 */
export function ablate(model: TappedModel<Seq2SeqModel>, options: Ablation): Seq2SeqModel {
  checkRecord("ablate", "options", options);
  const { heads = {}, hiddenSource = [] } = options;
  checkRecord("ablate", "model", model);
  const tapped = withTaps(model, new Recorder([], headPatches(heads)));
  if (hiddenSource.length === 0) return tapped;
  return {
    ...tapped,
    encode: (ids, attentionMask) =>
      tidy(() => tapped.encode(ids, visibleSource(ids.shape, hiddenSource, attentionMask))),
  };
}

/** [B, S] bool, false at hidden positions and where `attentionMask` is */
export function visibleSource(
  shape: readonly [batch: number, length: number],
  hidden: readonly number[],
  attentionMask?: tf.Tensor2D,
): tf.Tensor2D {
  checkArray("visibleSource", "shape", shape);
  checkArray("visibleSource", "hidden", hidden);
  const [batch, length] = shape;
  const row = Array.from({ length }, (_, place) => !hidden.includes(place));
  const visible = tf.tensor2d(Array<boolean[]>(batch).fill(row), [batch, length], "bool");
  return attentionMask === undefined ? visible : tf.logicalAnd(visible, attentionMask);
}
