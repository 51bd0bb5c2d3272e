import type * as tf from "@tensorflow/tfjs-core";
import type { DropoutKey } from "../dropout/dropoutHash.ts";

/** The inputs of the kernel QkvAttention; `mask` and `bias` have rank 4, or shape [0] where there is none. */
export interface AttentionInputs {
  readonly q: tf.Tensor;
  readonly k: tf.Tensor;
  readonly v: tf.Tensor;
  readonly mask: tf.Tensor;
  readonly bias: tf.Tensor;
}

/** The attributes of the kernels QkvAttention and QkvAttentionGradient. */
export interface AttentionAttrs {
  readonly scale: number;
  readonly causal: boolean;
  readonly dropout: DropoutKey | undefined;
  /** Whether q, k, v and y are rows [B, L, H, D], for a {@link RowReadingKernel}. Left out: heads. */
  readonly isRows?: boolean;
}

/** The kernel QkvAttention of a backend, as it tells in its config. */
export interface RowReadingKernel {
  /** Whether it takes `isRows`: then it reads what products have written, and no head is moved. */
  readonly readsRows?: boolean;
}
