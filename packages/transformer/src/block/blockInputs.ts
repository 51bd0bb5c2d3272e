import type { KeyValue, KeyValueCache, TokenPositions } from "@qkv/attention";
import type * as tf from "@tensorflow/tfjs-core";

/** Masks, positions, memory and cache of a call. */
export interface BlockInputs extends TokenPositions {
  /** Keys and values of the positions before `x`, to which this call appends those of `x`: one step of it. */
  readonly cache?: KeyValueCache | undefined;
  /** The place of this layer in the cache. Default 0. */
  readonly layer?: number | undefined;
  /**
   * Attention mask of the self-attention, besides `causal` and `window`; true keeps. bool, broadcastable to
   * [B, H, Q, K], K counting the positions before `x` too. With a window [B, 1, 1, K].
   */
  readonly mask?: tf.Tensor | undefined;
  /** Bias added to the scores of the self-attention, such as relative positions. Broadcastable to [B, H, Q, K]. */
  readonly bias?: tf.Tensor | undefined;
  /** Keys and values of an encoder's output: `crossAttn.project(output)`. */
  readonly memory?: KeyValue | undefined;
  /** Attention mask of the memory; true keeps. bool, broadcastable to [B, H, Q, S]. */
  readonly memoryMask?: tf.Tensor | undefined;
}
