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
  return tf.tidy(() => normalized(x, weight, eps) as T);
}

/** With a gradient of its own, which needs x and a number for each row where the composed one holds three tensors like x. */
function normalized(x: tf.Tensor, weight: tf.Tensor, eps: number): tf.Tensor {
  return tf.customGrad((...args) => {
    const save = args[2] as unknown as (tensors: tf.Tensor[]) => void;
    const meanSquare = tf.mean(tf.square(x), -1, true);
    const rstd = tf.rsqrt(tf.add(meanSquare, eps)); // [..., 1]
    save([x, weight, rstd]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => gradients(dy, saved as [tf.Tensor, tf.Tensor, tf.Tensor]);
    return { value: tf.mul(tf.mul(x, rstd), weight), gradFunc };
  })(x, weight);
}

/** @returns dx [..., E], dweight [E] */
function gradients(dy: tf.Tensor, [x, weight, rstd]: [tf.Tensor, tf.Tensor, tf.Tensor]): tf.Tensor[] {
  const normal = tf.mul(x, rstd);
  const dnormal = tf.mul(dy, weight);
  const along = tf.mean(tf.mul(dnormal, normal), -1, true); // [..., 1]
  const dweight = tf.sum(tf.reshape(tf.mul(dy, normal), [-1, ...weight.shape]), 0);
  return [tf.mul(rstd, tf.sub(dnormal, tf.mul(normal, along))), dweight];
}
