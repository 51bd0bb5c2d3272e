import * as tf from "@tensorflow/tfjs-core";
import type { Params } from "./params.ts";
import { checkModule } from "./checkModule.ts";

/** A learned factor for each channel of a residual branch, small at first (CaiT, arXiv:2103.17239, section 2.2). */
export class LayerScale {
  /** [E] */
  readonly weight: tf.Variable<tf.Rank.R1>;

  /** @param start the value that every factor starts from */
  constructor(params: Params, dModel: number, start: number) {
    checkModule("LayerScale", params);
    this.weight = params.scale<tf.Rank.R1>("weight", [dModel], (shape) => tf.fill(shape, start));
  }

  /** @param x [..., E]  @returns [..., E] */
  forward<T extends tf.Tensor>(x: T): T {
    return tf.mul(x, this.weight) as T;
  }
}
