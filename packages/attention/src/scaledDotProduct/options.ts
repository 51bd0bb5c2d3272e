import type { RandomStream } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import type { HiddenRows } from "../masks/maskedSoftmax.ts";
import type { Score } from "../scores/scores.ts";

// Letters used for shapes throughout this package:
//   B batch   H heads   G key-value heads   Q query length   K key length   L length   D head width   V value width
//   E model width (H * D)   N nodes

/** Who may look at whom, and how scores become weights. Shapes are those of the scores, [B, H, Q, K] or [B, Q, K]. */
export interface AttentionOptions {
  /** Which keys a query may look at: `true` keeps a key, `false` hides it. bool, [Q, K] or the scores' axes, each equal or 1. */
  readonly mask?: tf.Tensor | undefined;
  /** Hides the keys that come after each query. The last query lines up with the last key. Default false. */
  readonly causal?: boolean | undefined;
  /** Added to the scores before the softmax, as relative positions are. [Q, K] or the scores' axes, each equal or 1. */
  readonly bias?: tf.Tensor | undefined;
  /** Multiplies the scores. Default 1 / sqrt(D). */
  readonly scale?: number | undefined;
  /** Keeps scores between ±softcap by softcap tanh(score / softcap), before the bias (Gemma 2, arXiv:2408.00118). */
  readonly softcap?: number | undefined;
  /** [H], the score of a key beside all others, whose value is zero (StreamingLLM, arXiv:2309.17453; gpt-oss). */
  readonly sinks?: tf.Tensor | undefined;
  /** What a query gets that sees no key. Default `zeros`. */
  readonly hiddenRows?: HiddenRows | undefined;
  /** Chance of dropping an attention weight while `random` is given. Default 0. */
  readonly dropout?: number | undefined;
  /** Given while training: where dropout draws its masks from. */
  readonly random?: RandomStream | undefined;
}

/** The same with a score function in place of the scale. */
export interface ScoredAttentionOptions extends Omit<AttentionOptions, "scale"> {
  /** How a query is compared with a key. Default {@link scaledDotScore}. */
  readonly score?: Score | undefined;
  /**
   * How many queries are compared at once, where no kernel knows the score: memory then grows with this and the keys, not
   * with the queries. A gradient still needs all of them. Default all.
   */
  readonly queriesAtOnce?: number | undefined;
}
