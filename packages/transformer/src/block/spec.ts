import type { MultiHeadAttentionConfig } from "@qkv/attention";
import type { Activation, Initializer } from "@qkv/nn";

// Transformer layers as data, made from a family's config.

/** A norm over the last axis. */
export interface NormSpec {
  readonly kind: "layerNorm" | "rmsNorm";
  readonly eps: number;
  /** Whether the weight of an RMS norm is added to 1 (Gemma). Default false. */
  readonly unitOffset?: boolean | undefined;
  /** Whether a layer normalization has a bias. Default true. */
  readonly bias?: boolean | undefined;
}

/** Multi-head attention of a block. */
export interface AttentionSpec extends Omit<
  MultiHeadAttentionConfig,
  "dModel" | "contextDim" | "valueContextDim" | "attentionDropout" | "init"
> {
  /** Whether a query sees no key after its own position. Default false. */
  readonly causal?: boolean;
  /** Sliding window: the number of keys, up to its own, that a query sees. Default all. With `causal`. */
  readonly window?: number | undefined;
  /** Number of positions before and after its own that a query sees (ModernBERT). Default all. Without `causal`. */
  readonly reach?: number | undefined;
  /** Whether it reads a norm of the block's input, with norms before sublayers (ModernBERT's first does not). Default true. */
  readonly isNormed?: boolean | undefined;
  /** Probability of dropping an attention probability while training. Default 0. */
  readonly dropout?: number;
}

/** A mixture of experts. */
export interface ExpertsSpec {
  /** X, the number of experts. */
  readonly count: number;
  /** Number of experts that a token is read by. */
  readonly perToken: number;
  /** Whether the weights of a token's experts sum up to 1. */
  readonly isNormalized: boolean;
  /** The width between the maps of an expert that reads all tokens, behind a gate. Default none. */
  readonly sharedDim?: number | undefined;
}

/** A feed-forward network, at each position alone. */
export interface FeedForwardSpec {
  /**
   * `mlp`: two linear maps with an activation between. `gated`: the activation of one map times another (GLU,
   * arXiv:2002.05202). `packedGated`: the same with both maps in one matrix, as in DINOv2's files. `experts`: several of
   * `gated`, of which a router chooses for each token.
   */
  readonly kind: "mlp" | "gated" | "packedGated" | "experts";
  /** Of the kind `experts`. */
  readonly experts?: ExpertsSpec | undefined;
  /** The width between its maps. */
  readonly dim: number;
  readonly activation: Activation;
  /** Whether its maps have a bias. Default true. */
  readonly bias?: boolean;
  /** Probability of dropping a value of its output while training. Default that of the block. */
  readonly outputDropout?: number;
}

/** One transformer layer: self-attention, attention to a memory if there is one, and a feed-forward. */
export interface BlockSpec {
  /** E */
  readonly dModel: number;
  /**
   * The norm of each sublayer: before it (`pre`: GPT-2, Llama, ViT), after the residual sum (`post`: the 2017 paper, BERT,
   * Marian), before it and after it on the residual branch (`both`: Gemma 2), or on the branch alone (`branch`: OLMo 2).
   */
  readonly norm: NormSpec & { readonly placement: "pre" | "post" | "both" | "branch" };
  /**
   * Attention and feed-forward side by side: both read the block's input, each through a norm of its own (GPT-NeoX) or both
   * through one (GPT-J, Phi). With norms before the sublayers. Default one after the other.
   */
  readonly parallel?: "ownNorms" | "sharedNorm" | undefined;
  readonly selfAttn: AttentionSpec;
  /** Attention to a memory, all of it visible but for its mask. */
  readonly crossAttn?: Omit<AttentionSpec, "causal" | "window" | "reach" | "isNormed">;
  readonly ffn: FeedForwardSpec;
  /** Probability of dropping a value of a sublayer's output while training. Default 0. */
  readonly dropout?: number;
  /** Probability of dropping a value inside the feed-forward while training. Default 0. */
  readonly activationDropout?: number;
  /**
   * Probability of leaving out a sublayer for an example while training (stochastic depth, arXiv:1603.09382). Default
   * 0.
   */
  readonly dropPath?: number;
  /** Initial value of a learned factor for each channel of a sublayer's output (arXiv:2103.17239). Default none. */
  readonly layerScale?: number | undefined;
  /** Factor of a sublayer's output before it joins the residual stream (Granite). Default 1. */
  readonly branchScale?: number | undefined;
  /** Initializer of weight matrices. Default Xavier's uniform. */
  readonly init?: Initializer | undefined;
}
