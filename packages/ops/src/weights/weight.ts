import type * as tf from "@tensorflow/tfjs-core";

/**
 * What a parameter is, by which weight decay, quantization and adapters choose: the matrix of a linear map or
 * convolution; a table of vectors (tokens, positions, learned tokens); a norm's weight; a bias; any other factor; or a
 * buffer, which is saved and not trained.
 */
export type WeightKind = "matrix" | "embedding" | "norm" | "bias" | "scale" | "buffer";

/**
 * Codes of 8 or 4 bits in groups of neighbours of a row: a number is `scale * (code - zero) + offset`, with a scale, and
 * perhaps an offset, for each group. Codes of 8 bits are signed, those of 4 bits are not.
 */
export interface CodeFormat {
  readonly bits: 8 | 4;
  readonly groupSize: 32 | 16;
  /** The code of zero: 0 where there are offsets. */
  readonly zero: number;
  readonly hasOffsets: boolean;
}

/** How the numbers of a weight are stored. */
export type WeightFormat = "f32" | "f16" | "bf16" | CodeFormat;

/**
 * A low-rank update of a weight W [O, I], which then counts as W + scale * b a (LoRA, arXiv:2106.09685). With a magnitude m
 * each row of that sum is brought to the length that m gives for it (DoRA, arXiv:2402.09353).
 */
export interface LowRankAdapter {
  /** [r, I]; of a convolution [O, C, h, w] I is C h w */
  readonly a: tf.Tensor;
  /** [O, r] */
  readonly b: tf.Tensor;
  readonly scale: number;
  /** [O], of a weight with two axes. Default the length that a row has. */
  readonly magnitude?: tf.Tensor | undefined;
  /** What becomes of x before it is multiplied by a: dropout. Set and unset by what trains, in `linear` alone. */
  dropout?: ((x: tf.Tensor) => tf.Tensor) | undefined;
}

/** The numbers of a parameter, however they are stored. */
export interface Weight<R extends tf.Rank = tf.Rank> {
  readonly shape: tf.ShapeMap[R];
  readonly kind: WeightKind;
  readonly format: WeightFormat;
  /**
   * The stored tensors: of `f32` the numbers themselves, of every other format words of int32 (`packWeight`). They alone are
   * not the weight while it has an adapter.
   */
  readonly parts: { readonly data: tf.Tensor };
  /** Set and unset while a model is in use. */
  adapter: LowRankAdapter | undefined;
  /**
   * Called with what `linear` multiplies by the weight, [..., I], which it only borrows: to measure it. Set and unset while a
   * model is in use; no kernel of a whole layer runs meanwhile.
   */
  observer?: ((x: tf.Tensor) => void) | undefined;
}

/** Whether a value is a weight, and not the tensor of one. */
export function isWeight(value: unknown): value is Weight {
  return typeof value === "object" && value !== null && "parts" in value && "format" in value;
}

/** Whether a weight is stored in fewer bits than its numbers have. */
export function isPacked({ format }: Weight): boolean {
  return format !== "f32";
}
