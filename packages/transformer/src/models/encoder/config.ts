import type { Score } from "@qkv/attention";
import type { Activation, Initializer, Params } from "@qkv/nn";
import type { PositionBiasSpec } from "../../block/positionBias.ts";
import type { BlockSpec, NormSpec } from "../../block/spec.ts";
import type { Labels } from "../../config/labels.ts";

/** What the config of every encoder of text has. */
export interface EncoderConfig extends Labels {
  /** `model_type` of its `config.json`. */
  readonly modelType: string;
  readonly vocabSize: number;
  /** E */
  readonly dModel: number;
  /** The longest text that the model supports, in tokens. */
  readonly maxPositions: number;
  /** Whether the output layer of the masked language model shares the embedding's weight. */
  readonly tieWordEmbeddings: boolean;
  /** Standard deviation of the normal distribution that initializes weight matrices. */
  readonly initializerRange: number;
  readonly padTokenId: number;
}

/** Learned vectors of positions. */
export interface TextPositionsSpec {
  /** Number of vectors in the table. */
  readonly count: number;
  /** The token that has no position: others count from its id plus 1 on (RoBERTa). Default: all count, from 0 on. */
  readonly afterPadding?: number;
  /** Default normal. */
  readonly init?: Initializer;
}

/** The vectors that a text enters the first layer as: sums over tables, normalized. */
export interface TextEmbeddingsSpec {
  /** E', the width of the tables. */
  readonly dim: number;
  readonly positions?: TextPositionsSpec;
  /** Number of kinds of segments; 0: a token has none, and what is said of them is not read. */
  readonly numTokenTypes: number;
  readonly norm: NormSpec;
  /** Whether a linear map leads from E' to E after the norm (ELECTRA, ALBERT). Default false. */
  readonly isProjected?: boolean;
  /** Whether those of padding are zeros (DeBERTa). Default false. */
  readonly isMasked?: boolean;
  /** Probability of dropping a value while training. Default 0. */
  readonly dropout?: number;
}

/** A linear map, an activation, and a norm if there is one, in front of a head's last map. */
export interface TransformSpec {
  /** The width that it maps to. */
  readonly dim: number;
  readonly activation: Activation;
  /** Default true. */
  readonly bias?: boolean;
  readonly norm?: NormSpec;
}

/** A vector for a whole text: of its first token or of the mean of all, transformed. */
export interface PoolerSpec extends TransformSpec {
  readonly pooling: "first" | "mean";
  /** Probability of dropping a value before the map while training. Default 0. */
  readonly dropout?: number;
}

/** A head on each token: what comes before its last map. */
export interface TokenHeadSpec {
  readonly transform?: TransformSpec;
  /** Probability of dropping a value before the last map while training. */
  readonly dropout: number;
}

/** The heads of a family, each of which makes a class of models. */
export interface EncoderHeadsSpec {
  readonly maskedLM: TransformSpec & { readonly decoderBias?: boolean };
  readonly sequenceClassification: {
    readonly pooler: PoolerSpec;
    /** Probability of dropping a value before the last map while training. */
    readonly dropout: number;
  };
  readonly tokenClassification: TokenHeadSpec;
  readonly questionAnswering: TokenHeadSpec;
  /** ELECTRA's discriminator. Absent where a family has none. */
  readonly replacedTokenDetection?: TransformSpec;
}

/** An encoder of text as data, made from a family's config. */
export interface EncoderSpec {
  readonly embeddings: TextEmbeddingsSpec;
  readonly blocks: readonly BlockSpec[];
  /** Where each block's parameters are, below `encoder`: blocks of one scope share them. Default `layers.0`, `layers.1`, ... */
  readonly scopes?: readonly string[];
  /** Norm after the last block. Default none. */
  readonly norm?: NormSpec;
  /** Bias of the scores of every block by the distance of key and query. Default none. */
  readonly positionBias?: PositionBiasSpec;
  /** Creates the score function of each layer, its parameters below `encoder`. Default scaled dot products. */
  scores?(params: Params): readonly Score[];
  /** Whether padding sees no key, besides being seen by no query (DeBERTa). Default false. */
  readonly isPaddingBlind?: boolean;
  /** Vector of a text that the model without a head gives. Default none. */
  readonly pooler?: PoolerSpec;
  readonly heads: EncoderHeadsSpec;
}
