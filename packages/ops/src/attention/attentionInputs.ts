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
}
