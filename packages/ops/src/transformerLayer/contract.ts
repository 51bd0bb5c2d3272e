import type * as tf from "@tensorflow/tfjs-core";
import type { Activation } from "../activate.ts";
import type { RowFormat } from "../cachedRows.ts";
import type { PackedAttrs } from "../weights/packedKernels.ts";
import type { Weight } from "../weights/weight.ts";

// What the kernel QkvTransformerLayer is told of a block: weights by the block's own names, and attributes. No field is
// optional: who prepares a layer says of each what it is, or that there is none.

/** The weight [O, I] and the bias [O] of a linear map. */
export interface LinearWeights {
  /** Without an adapter. */
  readonly weight: Weight | tf.Tensor;
  readonly bias?: tf.Tensor | undefined;
}

/** The weight [E] of a norm; its bias [E] where it is a layer normalization that has one. */
export interface NormWeights {
  readonly weight: tf.Tensor;
  readonly bias?: tf.Tensor | undefined;
}

/** The norms around a sublayer, and the factors [E] of its output. */
export interface ResidualWeights {
  /** Where `placement` says; absent of a feed-forward that reads what the attention reads. */
  readonly norm: NormWeights | undefined;
  /** Of the sublayer's output, before it is added: with `placement` both. */
  readonly postNorm: NormWeights | undefined;
  readonly layerScale: tf.Tensor | undefined;
}

/** The weights of attention to a memory, whose keys and values come projected. H heads of width D. */
export interface CrossAttentionWeights extends ResidualWeights {
  /** [H * D, E] */
  readonly qProj: LinearWeights;
  /** [E, H * D] */
  readonly outProj: LinearWeights;
  /** [D], or [H * D] if it is one over all heads */
  readonly qNorm: NormWeights | undefined;
  /** [H] */
  readonly sinks: tf.Tensor | undefined;
}

/** The weights of a self-attention. G heads of keys and values. */
export interface SelfAttentionWeights extends CrossAttentionWeights {
  /** [G * D, E] */
  readonly kProj: LinearWeights;
  /** [G * D, E] */
  readonly vProj: LinearWeights;
  /** [D], or [G * D] if it is one over all heads */
  readonly kNorm: NormWeights | undefined;
}

/** The maps of a feed-forward of width F: of `mlp`, `gated` or `packedGated`. */
export type FeedForwardMaps =
  | { readonly fc1: LinearWeights; readonly fc2: LinearWeights }
  | { readonly gateProj: LinearWeights; readonly upProj: LinearWeights; readonly downProj: LinearWeights }
  /** gateUpProj [2F, E], the gate's rows before the others */
  | { readonly gateUpProj: LinearWeights; readonly downProj: LinearWeights };

/** The weights of a layer's sublayers. */
export interface TransformerLayerWeights {
  readonly selfAttn: SelfAttentionWeights;
  readonly crossAttn: CrossAttentionWeights | undefined;
  readonly ffn: ResidualWeights & FeedForwardMaps;
}

/** The attributes of a norm. */
export interface NormAttrs {
  readonly kind: "layerNorm" | "rmsNorm";
  readonly eps: number;
  /** Whether the weight is added to 1 (Gemma). */
  readonly unitOffset: boolean;
}

/** The attributes of an attention. */
export interface LayerAttentionAttrs {
  /** H, of width D = O / H of the query map. */
  readonly numHeads: number;
  /** G, a divisor of H. */
  readonly numKeyValueHeads: number;
  readonly causal: boolean;
  /** Number of keys, up to its own, that a query sees. */
  readonly window: number | undefined;
  /** Factor of dot products. */
  readonly scale: number;
  readonly softcap: number | undefined;
  /** The norm of queries and keys, before they turn: of each head, or of all heads at once. */
  readonly qkNorm: (NormAttrs & { readonly isAcross: boolean }) | undefined;
  /** Rotary positions of queries and keys: the first `dim` features of each head turn by pairs. */
  readonly rotary: { readonly dim: number; readonly layout: "halves" | "interleaved" } | undefined;
}

/** The attributes of the kernel QkvTransformerLayer. */
export interface TransformerLayerAttrs {
  readonly norm: NormAttrs;
  /** Of the norms: before their sublayer, after the residual sum, before it and after it on the branch, or on the branch. */
  readonly placement: "pre" | "post" | "both" | "branch";
  /** Whether both sublayers read x, each through its norm or both through one: with `placement` pre. */
  readonly parallel: "ownNorms" | "sharedNorm" | undefined;
  /** Factor of each sublayer's output. */
  readonly branchScale: number | undefined;
  readonly selfAttn: LayerAttentionAttrs;
  readonly crossAttn: LayerAttentionAttrs | undefined;
  readonly ffn: { readonly kind: "mlp" | "gated" | "packedGated"; readonly activation: Activation };
}

/** What the kernel is told of the packed weights among its inputs, by the name of each. */
export type PackedInputs = Readonly<Record<string, PackedAttrs>>;

/** Cosines and sines of positions, [1 or B, Q, dim / 2]. */
export interface RotaryAngles {
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/**
 * The inputs of a layer, besides its weights. Masks are bool, of rank 4 and broadcastable to [B, H, Q, K]; true keeps.
 */
export interface TransformerLayerInputs {
  /** [B, Q, E] */
  readonly x: tf.Tensor;
  /** [B, G, P, D], those of the positions before x */
  readonly pastKeys?: tf.Tensor | undefined;
  readonly pastValues?: tf.Tensor | undefined;
  /**
   * Number of positions in use of `pastKeys` and `pastValues`, where P is a capacity: the kernel writes those of x behind
   * them, in place.
   */
  readonly pastLength?: number | undefined;
  /**
   * How `pastKeys` and `pastValues` are held, [B, G, P, W] int32, if not as floats: with `pastLength`. Those of x are held so
   * too, and read as they are held.
   */
  readonly pastFormat?: RowFormat | undefined;
  readonly mask?: tf.Tensor | undefined;
  /** Added to the scores of the self-attention: of rank 4, broadcastable to [B, H, Q, P + Q]. */
  readonly bias?: tf.Tensor | undefined;
  /** Of the positions of x; with rotary positions alone. */
  readonly angles?: RotaryAngles | undefined;
  /** [B, G, S, D] */
  readonly memoryKeys?: tf.Tensor | undefined;
  readonly memoryValues?: tf.Tensor | undefined;
  readonly memoryMask?: tf.Tensor | undefined;
}

/** The outputs of a layer. */
export interface TransformerLayerResult {
  /** [B, Q, E] */
  readonly output: tf.Tensor3D;
  /** [B, G, P + Q, D]; with `pastLength`, the past's own tensors, as they are held. */
  readonly keys: tf.Tensor4D;
  readonly values: tf.Tensor4D;
  /** Number of positions in use, with `pastLength`. */
  readonly length?: number;
  /** How keys and values are held, with `pastFormat`. */
  readonly format?: RowFormat;
}

/** A layer that one fused kernel may compute. */
export type FusedTransformerLayer = (inputs: TransformerLayerInputs) => TransformerLayerResult | undefined;
