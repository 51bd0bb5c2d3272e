import type { TokenPositions } from "@qkv/attention";
import type { PassOptions } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import type { DecoderPast } from "./seq2seq.ts";

/** Generation defaults of a decoder-only model's checkpoint. */
export interface CausalGenerationDefaults {
  /** End tokens: any of them ends a text. */
  readonly eosTokenId: readonly number[];
  /** The longest text that the model supports, prompt included; where no length is given, a text ends there. */
  readonly maxPositions?: number;
  /** Number of tokens of the vocabulary. */
  readonly vocabSize?: number;
}

/** Attention mask and positions of a padded batch, and options of the pass. */
export interface DecodeOptions extends TokenPositions, PassOptions {
  /** [B, K] bool of all tokens so far, those of `ids` included: false at padding */
  readonly keep?: tf.Tensor2D | undefined;
}

/** A decoder-only model that generation can drive: one interface for every family. */
export interface CausalModel {
  readonly generation: CausalGenerationDefaults;

  /**
   * @param ids [B, Q] int32, the tokens that follow `past`
   * @returns logits [B, 1, V] of the token after the last of them, and the past for the next call; the caller owns both
   */
  decode(ids: tf.Tensor2D, past?: DecoderPast, options?: DecodeOptions): { logits: tf.Tensor3D; past: DecoderPast };
}
