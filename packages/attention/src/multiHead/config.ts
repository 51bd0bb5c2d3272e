import type { Initializer } from "@qkv/nn";
import type { RotaryPositions } from "../positions/rotaryPositions.ts";
import type { EmptyRows } from "../masks/maskedSoftmax.ts";
import type { Score } from "../scores/scores.ts";

/** A norm of queries and keys. */
export interface QueryKeyNorm {
  readonly kind: "layerNorm" | "rmsNorm";
  readonly eps: number;
  /** Whether the weight of an RMS norm is added to 1 (Gemma 3). Default false. */
  readonly unitOffset?: boolean | undefined;
  /** Whether it is one norm over all heads (OLMo 2), in place of one over each head (Qwen 3). Default false. */
  readonly isAcross?: boolean | undefined;
}

/** Sizes and score options of a `MultiHeadAttention`. */
export interface MultiHeadAttentionConfig {
  /** E, the width of input and output. */
  readonly dModel: number;
  readonly numHeads: number;
  /** G: fewer than heads is grouped-query attention (arXiv:2305.13245), 1 is multi-query. Default as many as heads. */
  readonly numKeyValueHeads?: number | undefined;
  /** D. Default dModel / numHeads. */
  readonly headDim?: number | undefined;
  /** The width of the context that keys and values are projected from. Default dModel. */
  readonly contextDim?: number | undefined;
  /** The width of the context that values are projected from, if it is another. Default contextDim. */
  readonly valueContextDim?: number | undefined;
  /** Projections with a bias. Default true: all. */
  readonly bias?: boolean | { readonly q: boolean; readonly k: boolean; readonly v: boolean; readonly out: boolean };
  /** Norm of queries and keys before their product (arXiv:2010.04245). Default none. */
  readonly qkNorm?: QueryKeyNorm | undefined;
  /** Rotary positions of queries and keys. */
  readonly rotary?: RotaryPositions | undefined;
  /** Score function of each head, for widths D and D. Default scaled dot product. */
  readonly score?: Score | undefined;
  /** Factor of dot products. Default 1 / sqrt(D). */
  readonly scale?: number | undefined;
  /** Soft cap, which keeps scores between ±softcap. Default none. */
  readonly softcap?: number | undefined;
  /** Whether each head has an attention sink: a learned score without a value. Default false. */
  readonly sinks?: boolean | undefined;
  /** Output of a query with no visible key. Default `zeros`. */
  readonly emptyRows?: EmptyRows | undefined;
  /** Probability of dropping an attention weight while training. Default 0. */
  readonly attentionDropout?: number | undefined;
  /** Initializer of the four weights. Default Xavier's uniform. */
  readonly init?: Initializer | undefined;
}

/** The sizes of a {@link MultiHeadAttentionConfig}, all filled in. */
export interface HeadSizes {
  readonly numHeads: number;
  readonly numKeyValueHeads: number;
  readonly headDim: number;
  readonly contextDim: number;
  readonly valueContextDim: number;
}

/**
 * Fills in the sizes that `config` leaves out.
 *
 * @throws RangeError if they are not positive integers that divide each other
 */
export function headSizes(config: MultiHeadAttentionConfig): HeadSizes {
  const { dModel, numHeads, numKeyValueHeads = numHeads, headDim = dModel / numHeads, contextDim = dModel } = config;
  const sizes = {
    numHeads,
    numKeyValueHeads,
    headDim,
    contextDim,
    valueContextDim: config.valueContextDim ?? contextDim,
  };
  if (config.headDim === undefined && dModel % numHeads !== 0) {
    throw new RangeError(
      `MultiHeadAttention: expected dModel to be a multiple of numHeads, got ${dModel} and ${numHeads}`,
    );
  }
  for (const [name, size] of Object.entries({ dModel, ...sizes })) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new RangeError(`MultiHeadAttention: expected ${name} to be a positive integer, got ${size}`);
    }
  }
  if (numHeads % numKeyValueHeads !== 0) {
    throw new RangeError(
      `MultiHeadAttention: expected numHeads to be a multiple of numKeyValueHeads, got ${numHeads} and ${numKeyValueHeads}`,
    );
  }
  return sizes;
}
