import { layerNorm } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { Params } from "./params.ts";
import { checkModule } from "./checkModule.ts";

/** Options of a {@link LayerNorm}. */
export interface LayerNormOptions {
  /** Added to the variance, under the root. */
  readonly eps: number;
  /** Whether there is a bias. Default true. */
  readonly bias?: boolean | undefined;
}

/** Layer normalization over the last axis (https://arxiv.org/abs/1607.06450). */
export class LayerNorm {
  /** [E] */
  readonly weight: tf.Variable<tf.Rank.R1>;
  /** [E]; absent if the norm has none. */
  readonly bias?: tf.Variable<tf.Rank.R1>;

  readonly eps: number;

  constructor(params: Params, dModel: number, options: LayerNormOptions) {
    checkModule("LayerNorm", params, { options });
    const { eps, bias = true } = options;
    this.weight = params.norm<tf.Rank.R1>("weight", [dModel]);
    if (bias) this.bias = params.bias<tf.Rank.R1>("bias", [dModel]);
    this.eps = eps;
  }

  /** @param x [..., E]  @returns [..., E] */
  forward<T extends tf.Tensor>(x: T): T {
    const { weight, bias, eps } = this;
    if (bias !== undefined) return layerNorm(x, weight, bias, eps) as T;
    return tf.tidy(() => layerNorm(x, weight, tf.zerosLike(weight), eps) as T);
  }
}
