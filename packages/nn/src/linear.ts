import { type Activation, linear, type Weight } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import { xavierUniform } from "./initializers.ts";
import type { Initializer, Params } from "./params.ts";
import { checkModule } from "./checkModule.ts";

/** Options of a {@link Linear}. */
export interface LinearOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** Initializer of the weight. Default {@link xavierUniform}. */
  readonly init?: Initializer;
}

/** A linear map, y = x Wᵀ + b, with the weight laid out the way checkpoints store it. */
export class Linear {
  /** [outFeatures, inFeatures] */
  readonly weight: Weight<tf.Rank.R2>;
  /** [outFeatures] */
  readonly bias?: tf.Variable<tf.Rank.R1>;

  constructor(params: Params, inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    checkModule("Linear", params, { options });
    const { bias = true, init = xavierUniform } = options;
    this.weight = params.matrix<tf.Rank.R2>("weight", [outFeatures, inFeatures], init);
    if (bias) this.bias = params.bias<tf.Rank.R1>("bias", [outFeatures]);
  }

  /**
   * @param x [..., inFeatures]
   * @param activation applied to the result, in the same kernel where the backend has one
   * @returns [..., outFeatures]
   */
  forward<T extends tf.Tensor>(x: T, activation?: Activation): T {
    return linear(x, this.weight, this.bias, activation) as T;
  }
}
