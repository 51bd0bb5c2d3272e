import { layerNorm } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import type { Params } from "./params.ts";
import { checkModule } from "./checkModule.ts";

/** Layer normalization over the last axis (https://arxiv.org/abs/1607.06450). */
export class LayerNorm {
  /** [E] */
  readonly weight: tf.Variable<tf.Rank.R1>;
  /** [E] */
  readonly bias: tf.Variable<tf.Rank.R1>;

  readonly eps: number;

  constructor(params: Params, dModel: number, options: { readonly eps: number }) {
    checkModule("LayerNorm", params, { options });
    const { eps } = options;
    this.weight = params.norm<tf.Rank.R1>("weight", [dModel]);
    this.bias = params.bias<tf.Rank.R1>("bias", [dModel]);
    this.eps = eps;
  }

  /** @param x [..., E]  @returns [..., E] */
  forward<T extends tf.Tensor>(x: T): T {
    return layerNorm(x, this.weight, this.bias, this.eps) as T;
  }
}
