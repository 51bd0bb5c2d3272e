import { checkModule, Linear, normal, type Params } from "@qkv/nn";
import { type Activation, checkTensor } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import { createNorm, type Norm } from "../../block/norm.ts";
import type { EncoderConfig, TransformSpec } from "./config.ts";

/** The fields of a config that its heads are made by. */
export type HeadSizes = Pick<EncoderConfig, "dModel" | "initializerRange">;

/** A linear map, an activation, and a norm if there is one, in front of a head's last map. Does not tidy. */
export class HeadTransform {
  readonly dense: Linear;
  readonly norm?: Norm;

  readonly #activation: Activation;

  constructor(params: Params, config: HeadSizes, spec: TransformSpec) {
    checkModule("HeadTransform", params, { config, spec });
    const { dim, activation, bias = true, norm } = spec;
    const init = normal(config.initializerRange);
    this.dense = new Linear(params.at("dense"), config.dModel, dim, { bias, init });
    if (norm !== undefined) this.norm = createNorm(params.at("norm"), dim, norm);
    this.#activation = activation;
  }

  /** @param x [..., E]  @returns [..., dim] */
  forward<T extends tf.Tensor>(x: T): T {
    checkTensor("HeadTransform.forward", "x", x, "[...]");
    const y = this.dense.forward(x, this.#activation);
    return this.norm?.forward(y) ?? y;
  }
}
