import type { RandomStream } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import type { EmptyRows } from "../masks/maskedSoftmax.ts";
import type { Score } from "../scores/scores.ts";

// Letters used for shapes throughout this package:
//   B batch   H heads   G key-value heads   Q query length   K key length   L length   D head width   V value width
//   E model width (H * D)   N nodes

/** Masking and softmax options of attention. Shapes are those of the scores, [B, H, Q, K] or [B, Q, K]. */
export interface AttentionOptions {
  /** Attention mask: `true` keeps a key, `false` hides it. bool, [Q, K] or the scores' axes, each equal or 1. */
  readonly mask?: tf.Tensor | undefined;
  /**
   * Whether the keys after each query are hidden (causal mask). The last query lines up with the last key. Default
   * false.
   */
  readonly causal?: boolean | undefined;
  /**
   * Bias added to the scores before the softmax, such as relative positions. [Q, K] or the scores' axes, each equal or
   * 1.
   */
  readonly bias?: tf.Tensor | undefined;
  /** Factor of the scores. Default 1 / sqrt(D). */
  readonly scale?: number | undefined;
  /**
   * Soft cap: keeps scores between ±softcap by softcap tanh(score / softcap), before the bias (Gemma 2,
   * arXiv:2408.00118).
   */
  readonly softcap?: number | undefined;
  /** [H], attention sinks: the score of an extra key, whose value is zero (StreamingLLM, arXiv:2309.17453; gpt-oss). */
  readonly sinks?: tf.Tensor | undefined;
  /** Output of a query with no visible key. Default `zeros`. */
  readonly emptyRows?: EmptyRows | undefined;
  /** Probability of dropping an attention weight while `random` is given. Default 0. */
  readonly dropout?: number | undefined;
  /** Random stream of dropout, given while training. */
  readonly random?: RandomStream | undefined;
}

/** {@link AttentionOptions} with a score function in place of the scale. */
export interface ScoredAttentionOptions extends Omit<AttentionOptions, "scale"> {
  /** Score function of a query and a key. Default {@link scaledDotScore}. */
  readonly score?: Score | undefined;
  /**
   * Number of queries computed at once, where no kernel supports the score: memory then grows with this and the keys,
   * not with the queries. A gradient still needs all of them. Default all.
   */
  readonly queriesAtOnce?: number | undefined;
}
