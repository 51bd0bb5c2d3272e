import { checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { ones, zeros } from "./initializers.ts";
import type { Params } from "./params.ts";
import { checkModule } from "./checkModule.ts";

/** Options of an {@link RMSNorm}. */
export interface RMSNormOptions {
  /** Added to the mean square, under the root. */
  readonly eps: number;
  /** Whether the weight is added to 1, and starts from 0 (Gemma). Default false. */
  readonly unitOffset?: boolean | undefined;
}

/** Root mean square normalization over the last axis: x / sqrt(mean(x²) + eps) * weight (https://arxiv.org/abs/1910.07467). */
export class RMSNorm {
  /** [E] */
  readonly weight: tf.Variable<tf.Rank.R1>;

  readonly eps: number;
  /** Whether the weight is added to 1. */
  readonly unitOffset: boolean;

  constructor(params: Params, dModel: number, options: RMSNormOptions) {
    checkModule("RMSNorm", params, { options });
    const { eps, unitOffset = false } = options;
    this.weight = params.norm<tf.Rank.R1>("weight", [dModel], unitOffset ? zeros : ones);
    this.eps = eps;
    this.unitOffset = unitOffset;
  }

  /**
   * @param x [..., E]
   * @returns [..., E]
   * @throws RangeError if the last axis is not as wide as the norm
   */
  forward<T extends tf.Tensor>(x: T): T {
    if (!this.unitOffset) return rmsNorm(x, this.weight, this.eps);
    return tf.tidy(() => rmsNorm(x, tf.add(this.weight, 1), this.eps));
  }
}

/**
 * Computes x / sqrt(mean(x²) + eps) * weight over the last axis.
 *
 * @param x [..., E]
 * @param weight [E]
 * @returns [..., E]
 * @throws RangeError if the last axis is not as wide as the weight
 */
export function rmsNorm<T extends tf.Tensor>(x: T, weight: tf.Tensor, eps: number): T {
  checkTensor("rmsNorm", "x", x, "[...]");
  const width = weight.shape[0];
  if (x.shape.at(-1) !== width) throw new RangeError(`RMSNorm: expected x [..., ${width}], got [${x.shape}]`);
  return tf.tidy(() => {
    const meanSquare = tf.mean(tf.square(x), -1, true);
    return tf.mul(tf.mul(x, tf.rsqrt(tf.add(meanSquare, eps))), weight) as T;
  });
}
