import type { CacheSize, KeyValueCache, TokenPositions } from "@qkv/attention";
import type { PassOptions } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import type { DecoderDescription } from "./decoderDescription.ts";

/** Generation defaults of a decoder-only model's checkpoint. */
export interface CausalGenerationDefaults {
  /** End tokens: any of them ends a text. */
  readonly eosTokenId: readonly number[];
  /** The token that a text begins with: that of an empty prompt. */
  readonly bosTokenId?: number;
  /** The longest text that the model supports, prompt included; where no length is given, a text ends there. */
  readonly maxPositions?: number;
  /** Number of tokens of the vocabulary. */
  readonly vocabSize?: number;
  /** Number of tokens beyond which a text is read again from its beginning, with other rotary positions. Default never. */
  readonly rereadBeyond?: number;
}

/** Cache, attention mask and positions of a padded batch, and options of the pass. */
export interface DecodeOptions extends TokenPositions, PassOptions {
  /** Keys and values of the earlier tokens, to which those of `ids` are added. Left out: there are none, and none are kept. */
  readonly cache?: KeyValueCache | undefined;
  /** [B, K] bool of all tokens so far, those of `ids` included: false at padding */
  readonly attentionMask?: tf.Tensor2D | undefined;
  /** N, the number of last tokens after which the next is scored: `logits_to_keep` of Hugging Face transformers. Default 1. */
  readonly logitsToKeep?: number | undefined;
}

/** A decoder-only model that generation can drive: one interface for every family. */
export interface CausalModel {
  readonly generation: CausalGenerationDefaults;

  /** Creates an empty cache for `decode`, which grows unless it is given a capacity; the caller disposes of it. */
  createCache(size?: CacheSize): KeyValueCache;

  /**
   * Scores the token that follows each text.
   *
   * @param ids [B, Q] int32, the tokens after those of the cache
   * @returns logits [B, N, V] of the token after each of the last N, by default after the last alone; the caller owns them
   */
  decode(ids: tf.Tensor2D, options?: DecodeOptions): { logits: tf.Tensor3D };

  /**
   * Describes the decoder for a backend that records whole steps of it, in a tidy; or says why it has to be run module by module.
   * Left out: it has to.
   */
  describeDecoder?(): DecoderDescription | string;
}
