import type { Initializer } from "@qkv/nn";
import type { PositionBiasSpec } from "../../block/positionBias.ts";
import type { BlockSpec, NormSpec } from "../../block/spec.ts";
import type { Seq2SeqTokens } from "../../config/seq2seqTokens.ts";

/** What the config of an encoder-decoder with one vocabulary has. */
export interface Seq2SeqConfig extends Seq2SeqTokens {
  /** `model_type` of its `config.json`. */
  readonly modelType: string;
  readonly vocabSize: number;
  /** E */
  readonly dModel: number;
  readonly tieWordEmbeddings: boolean;
}

/** The encoder or the decoder, as data. */
export interface Seq2SeqSide {
  /** Those of a decoder have `crossAttn`. */
  readonly blocks: readonly BlockSpec[];
  /** Norm after the last block. Default none. */
  readonly norm?: NormSpec;
  /** Bias of the scores of every self-attention by the distance of key and query. Default none. */
  readonly positionBias?: PositionBiasSpec;
}

/** An encoder-decoder as data, made from a family's config. */
export interface Seq2SeqSpec {
  readonly encoder: Seq2SeqSide;
  readonly decoder: Seq2SeqSide;
  /** Probability of dropping a value of the embeddings, and of either side's output, while training. Default 0. */
  readonly dropout?: number;
  /** Factor of the decoder's output, before the output layer. Default 1. */
  readonly outputScale?: number;
  /** Initializer of the embedding, and of the output layer if it is not tied. */
  readonly init: Initializer;
}
