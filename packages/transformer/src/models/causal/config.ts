import type { PositionBiasSpec } from "../../block/positionBias.ts";
import type { SpecialTokens } from "../../config/specialTokens.ts";
import type { BlockSpec, NormSpec } from "../../block/spec.ts";

/** What the config of every decoder-only language model has. */
export interface CausalConfig extends SpecialTokens {
  /** `model_type` of its `config.json`. */
  readonly modelType: string;
  readonly vocabSize: number;
  /** E */
  readonly dModel: number;
  /** The longest text that the model supports, in tokens. */
  readonly maxPositions: number;
  readonly tieWordEmbeddings: boolean;
  /** Standard deviation of the normal distribution that initializes weight matrices. */
  readonly initializerRange: number;
}

/** Learned vectors of positions. */
export interface CausalPositionsSpec {
  /** Number of rows of the table before that of the first position. Default 0. */
  readonly offset?: number;
  /** Whether padding before a token counts for its position. Default true. */
  readonly countsPadding?: boolean;
}

/** A decoder-only language model as data, made from a family's config. */
export interface CausalSpec {
  readonly blocks: readonly BlockSpec[];
  /** Norm after the last block. Default none. */
  readonly norm?: NormSpec;
  /** Whether each position has a learned vector, and of which positions. Default false. */
  readonly learnedPositions?: boolean | CausalPositionsSpec;
  /** Norm of the embeddings. Default none. */
  readonly embeddingNorm?: NormSpec;
  /** Bias of the scores of every block by the distance of key and query. Default none. */
  readonly positionBias?: PositionBiasSpec;
  /** Factor of the embeddings. Default 1. */
  readonly embeddingScale?: number | undefined;
  /** Whether the output layer has a bias. Default false. */
  readonly logitBias?: boolean;
  /** Factor of the logits. Default 1. */
  readonly logitScale?: number | undefined;
  /** Soft cap, which keeps logits between ±logitSoftcap. Default none. */
  readonly logitSoftcap?: number | undefined;
  /**
   * Number of tokens beyond which `generate` reads a text again from its beginning, as its rotary positions are others
   * from there on (Phi-3). Default never.
   */
  readonly rereadBeyond?: number | undefined;
  /** Factor of the load-balancing loss of experts, which is added to the loss. Default none is. */
  readonly balanceFactor?: number | undefined;
  /** Probability of dropping a value of the embeddings while training. Default 0. */
  readonly embeddingDropout?: number;
}
