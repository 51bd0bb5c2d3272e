import type { RotaryConfig } from "@qkv/attention";
import type { Activation } from "@qkv/nn";

/**
 * Configuration of a decoder-only language model: what GPT-2 and Llama share, and their differences. `parseGpt2Config`
 * and `parseLlamaConfig` read one from a `config.json`.
 */
export interface CausalConfig {
  readonly vocabSize: number;
  readonly dModel: number;
  readonly numLayers: number;
  readonly numHeads: number;
  /** Fewer than heads: queries share keys and values in groups. */
  readonly numKeyValueHeads: number;
  readonly headDim: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  /** Whether a gate lets the feed-forward's features through, as in Llama. */
  readonly gated: boolean;
  readonly norm: "layerNorm" | "rmsNorm";
  readonly normEps: number;
  /** Whether each head's queries and keys go through the norm too, as in Qwen 3. */
  readonly qkNorm: boolean;
  readonly attentionBias: { readonly q: boolean; readonly k: boolean; readonly v: boolean; readonly out: boolean };
  readonly ffnBias: boolean;
  /** Whether scores are divided by the square root of the head's width. Default true; an option of GPT-2 alone. */
  readonly scaleScores?: boolean;
  /** Whether scores are divided by the layer's number too, from 1 (Mistral's GPT-2 of Stanford). Default false. */
  readonly scaleScoresByLayer?: boolean;
  /** The longest text that the model supports, in tokens. */
  readonly maxPositions: number;
  /** Rotary positions of queries and keys. Absent: each position has a learned vector. */
  readonly rotary?: RotaryConfig;
  /**
   * Sliding window of each layer: the number of keys, up to its own, that a query sees; null for all. Absent: all in
   * every layer.
   */
  readonly windows?: readonly (number | null)[];
  readonly tieWordEmbeddings: boolean;
  /** Probability of dropping a value while training: of embeddings, of a sublayer's output, of attention weights. */
  readonly embeddingDropout: number;
  readonly dropout: number;
  readonly attentionDropout: number;
  /** Standard deviation of the normal distribution that initializes weight matrices. */
  readonly initializerRange: number;
  readonly bosTokenId?: number;
  /** End tokens: any of them ends a text; there may be none. */
  readonly eosTokenIds: readonly number[];
  readonly padTokenId?: number;
}
