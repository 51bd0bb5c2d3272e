import type { CacheSize, KeyValue, KeyValueCache } from "@qkv/attention";
import type { PassOptions } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import type { DecoderDescription } from "./decoderDescription.ts";

/** An encoded source, ready to be attended to. The caller disposes of its tensors. */
export interface Memory {
  /** The keys and values of the encoder's output for each decoder layer. */
  readonly keyValues: readonly KeyValue[];
  /** [B, 1, 1, S] bool, true keeps; absent if nothing is padded */
  readonly mask?: tf.Tensor4D;
}

/** The cache of a target, and options of the pass. */
export interface TargetOptions extends PassOptions {
  /** Keys and values of the earlier tokens, to which those of `ids` are added. Left out: there are none, and none are kept. */
  readonly cache?: KeyValueCache | undefined;
}

/** Generation defaults of a model's checkpoint: `generation_config.json`, or the same fields of `config.json`. */
export interface GenerationDefaults {
  readonly decoderStartTokenId: number;
  /** End tokens: any of them ends a target; there may be none. */
  readonly eosTokenId: number | readonly number[];
  readonly padTokenId: number;
  readonly forcedEosTokenId?: number | readonly number[];
  /** The longest target, start token included. Default 20 new tokens, as in Hugging Face. */
  readonly maxLength?: number;
  /** The longest target that the model supports, start token included. */
  readonly maxPositions?: number;
  /** Sequences of tokens that are never generated. */
  readonly badWordsIds?: readonly (readonly number[])[];
  /** Number of tokens of the source vocabulary. */
  readonly vocabSize?: number;
}

/** An encoder-decoder that generation can drive: one interface for every family. */
export interface Seq2SeqModel {
  readonly generation: GenerationDefaults;

  /**
   * Reads a batch of sources.
   *
   * @param ids [B, S] int32
   * @param attentionMask [B, S] bool, false at padding
   */
  encode(ids: tf.Tensor2D, attentionMask?: tf.Tensor2D, options?: PassOptions): Memory;

  /** Creates an empty cache for `decode`, which grows unless it is given a capacity; the caller disposes of it. */
  createCache(size?: CacheSize): KeyValueCache;

  /**
   * Scores the next tokens of a batch of targets.
   *
   * @param ids [B, Q] int32, the tokens after those of the cache
   * @returns logits [B, Q, V]; the caller owns them
   */
  decode(ids: tf.Tensor2D, memory: Memory, options?: TargetOptions): { logits: tf.Tensor3D };

  /** Describes the decoder for a backend that records steps, as `CausalModel` does. Left out: it has to be run module by module. */
  describeDecoder?(): DecoderDescription | string;
}
