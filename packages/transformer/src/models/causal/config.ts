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

/** A decoder-only language model as data, made from a family's config. */
export interface CausalSpec {
  readonly blocks: readonly BlockSpec[];
  /** Norm after the last block. Default none. */
  readonly norm?: NormSpec;
  /** Whether each position has a learned vector. Default false. */
  readonly learnedPositions?: boolean;
  /** Bias of the scores of every block by the distance of key and query. Default none. */
  readonly positionBias?: PositionBiasSpec;
  /** Probability of dropping a value of the embeddings while training. Default 0. */
  readonly embeddingDropout?: number;
}
