import type { TokenPositions } from "@qkv/attention";
import type { PassOptions } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import type { DecoderPast } from "./seq2seq.ts";

/** What a decoder-only model's checkpoint says about generation. */
export interface CausalGenerationDefaults {
  /** Any of them ends a text. */
  readonly eosTokenId: readonly number[];
  /** How many tokens it was made for, those of the prompt included; where no length is asked for, a text ends there. */
  readonly maxPositions?: number;
  /** How many tokens there are. */
  readonly vocabSize?: number;
}

/** Which tokens of a padded batch count, and where they stand. */
export interface DecodeOptions extends TokenPositions, PassOptions {
  /** [B, K] bool of all tokens so far, those of `ids` included: false at padding, which nobody sees */
  readonly keep?: tf.Tensor2D | undefined;
}

/** A decoder-only model that generation can drive: one interface for every family. */
export interface CausalModel {
  readonly generation: CausalGenerationDefaults;

  /**
   * @param ids [B, Q] int32, the tokens that follow `past`
   * @returns logits [B, 1, V] of what comes after the last of them, and the past to hand to the next call; both the caller's
   */
  decode(ids: tf.Tensor2D, past?: DecoderPast, options?: DecodeOptions): { logits: tf.Tensor3D; past: DecoderPast };
}
