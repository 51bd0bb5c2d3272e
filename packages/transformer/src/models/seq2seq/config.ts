import type { Initializer } from "@qkv/nn";
import type { PositionBiasSpec } from "../../block/positionBias.ts";
import type { BlockSpec, NormSpec } from "../../block/spec.ts";
import type { Seq2SeqTokens } from "../../config/seq2seqTokens.ts";

/** What the config of an encoder-decoder has. */
export interface Seq2SeqConfig extends Seq2SeqTokens {
  /** `model_type` of its `config.json`. */
  readonly modelType: string;
  readonly vocabSize: number;
  /** Number of tokens of the decoder, if it has a vocabulary of its own. Default `vocabSize`. */
  readonly decoderVocabSize?: number;
  /** Whether both sides have one embedding. Default true. */
  readonly shareEncoderDecoderEmbeddings?: boolean;
  /** E */
  readonly dModel: number;
  /** Whether the output layer is the decoder's embedding. */
  readonly tieWordEmbeddings: boolean;
}

/** The blocks of the encoder, or of the decoder, as data. */
export interface Seq2SeqSideSpec {
  /** Those of a decoder have `crossAttn`. */
  readonly blocks: readonly BlockSpec[];
  /** Norm after the last block. Default none. */
  readonly norm?: NormSpec;
  /** Bias of the scores of every self-attention by the distance of key and query. Default none. */
  readonly positionBias?: PositionBiasSpec;
}

/** What is added to the vector of a token by its position. */
export type PositionsSpec =
  | {
      /**
       * Computed sines and cosines; a table of each side that begins as those and is not trained, as it is in files (PEGASUS);
       * or a table of each side that is trained.
       */
      readonly kind: "sinusoidal" | "frozen" | "learned";
      readonly maxPositions: number;
      /** The number of rows of a trained table before that of the first position. Default 0. */
      readonly offset?: number;
    }
  | {
      /** Computed sines and cosines of any number of tokens, counted without padding from its id plus 1 on (fairseq). */
      readonly kind: "counted";
      readonly padTokenId: number;
    };

/** An encoder-decoder as data, made from a family's config. */
export interface Seq2SeqSpec {
  readonly encoder: Seq2SeqSideSpec;
  readonly decoder: Seq2SeqSideSpec;
  /** Factor of the vectors of tokens. Default 1. */
  readonly embeddingScale?: number;
  /** What is added to the vector of a token by its position. Default nothing. */
  readonly positions?: PositionsSpec;
  /** Norm of the sum of both. Default none. */
  readonly embeddingNorm?: NormSpec;
  /** Probability of dropping a value of the embeddings while training. Default 0. */
  readonly embeddingDropout?: number;
  /** Probability of dropping a value of either side's output while training. Default 0. */
  readonly outputDropout?: number;
  /** Factor of the decoder's output, before the output layer. Default 1. */
  readonly outputScale?: number;
  /** Whether a constant is added to the logits of each token. Default false. */
  readonly finalLogitsBias?: boolean;
  /** Initializer of the embeddings. Default that of `Embedding`. */
  readonly embeddingInit?: Initializer;
  /** Initializer of an output layer that is not tied. Default that of `Linear`. */
  readonly headInit?: Initializer;
}
