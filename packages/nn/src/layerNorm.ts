import { layerNorm } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import { ones } from "./initializers.ts";
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
    this.weight = params.get<tf.Rank.R1>("weight", [dModel], ones);
    this.bias = params.get<tf.Rank.R1>("bias", [dModel]);
    this.eps = eps;
  }

  /** @param x [..., E]  @returns [..., E] */
  forward<T extends tf.Tensor>(x: T): T {
    return layerNorm(x, this.weight, this.bias, this.eps) as T;
  }
}
