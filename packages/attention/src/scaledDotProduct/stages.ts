import { checkRecord, checkTensor, softmax } from "@qkv/ops";
import { dropout, Pass, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { alignToScores } from "../checks/argumentChecks.ts";
import type { ScoredAttentionOptions } from "./options.ts";
import { hideScores, softmaxOfVisible } from "../masks/maskedSoftmax.ts";
import { causalMask } from "../masks/masks.ts";
import { scaledDotScore } from "../scores/scores.ts";
import { withoutSinks, withSinkScores } from "./sinks.ts";

/** The stages of attention, from scores to probabilities, all of one shape: [B, Q, K] or [B, H, Q, K]. */
export interface AttentionStages<T extends tf.Tensor = tf.Tensor4D> {
  /** Attention scores, with the soft cap and the bias, before any mask. */
  readonly scores: T;
  /** The scores, with a number far below all others where a key is hidden. */
  readonly maskedScores: T;
  /**
   * Softmax of the masked scores: rows sum to 1, to 0 where no key is visible, to less than 1 where there are sinks.
   */
  readonly probabilities: T;
  /** The probabilities after dropout, which the values are multiplied by. */
  readonly droppedProbabilities: T;
}

/** The stages, in their order: each is an activation under its own name. */
export const ATTENTION_STAGES = ["scores", "maskedScores", "probabilities", "droppedProbabilities"] as const;

/**
 * Computes attention probabilities stage by stage. Every stage is held in memory: this is for inspection.
 *
 * @param queries [B, Q, D] or [B, H, Q, D]
 * @param keys [B, K, D'] or [B, H, K, D']
 * @param pass its taps read each stage, and may replace it; randomness is that of the options
 */
export function attentionStages<T extends tf.Tensor>(
  queries: T,
  keys: T,
  given: ScoredAttentionOptions,
  pass: Pass = Pass.plain,
): AttentionStages<T> {
  checkRecord("attentionStages", "options", given);
  const { score = scaledDotScore, emptyRows, softcap, sinks, dropout: rate = 0, random, ...options } = given;
  checkTensor("attentionStages", "queries", queries, "[...]");
  return tidy(() => {
    const raw = score.scores(queries, keys);
    const capped = softcap === undefined ? raw : tf.mul(tf.tanh(tf.div(raw, softcap)), softcap);
    const { bias, visible } = alignOptions(options, raw.shape);
    const scores = pass.tap("scores", bias === undefined ? tf.clone(capped) : tf.add(capped, bias));
    const maskedScores = pass.tap("maskedScores", hideScores(scores, visible));
    const softmaxed =
      sinks === undefined
        ? softmaxOfVisible(maskedScores, visible, emptyRows)
        : softmaxOfVisible(maskedScores, visible, emptyRows, (x) => withoutSinks(softmax(withSinkScores(x, sinks))));
    const probabilities = pass.tap("probabilities", softmaxed);
    const droppedProbabilities = pass.tap("droppedProbabilities", dropout(probabilities, rate, random));
    return { scores, maskedScores, probabilities, droppedProbabilities } as AttentionStages<T>;
  });
}

function alignOptions(
  { mask, causal = false, bias }: Pick<ScoredAttentionOptions, "mask" | "causal" | "bias">,
  shape: number[],
): { bias: tf.Tensor | undefined; visible: tf.Tensor | undefined } {
  const given = mask && alignToScores("attention", "mask", mask, shape, "bool");
  const past = causal ? causalMask(shape.at(-2) ?? 0, shape.at(-1) ?? 0) : undefined;
  return {
    bias: bias && alignToScores("attention", "bias", bias, shape, "float32"),
    visible: given && past ? tf.logicalAnd(given, past) : (given ?? past),
  };
}
