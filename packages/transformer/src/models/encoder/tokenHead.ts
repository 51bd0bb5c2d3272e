import { checkModule, dropout, Linear, normal, type Params, type Pass } from "@qkv/nn";
import { checkTensor } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import type { TokenHeadSpec } from "./config.ts";
import { type HeadSizes, HeadTransform } from "./headTransform.ts";

/** The last map of a head on each token, and what is before it. Does not tidy. */
export class TokenHead {
  /** Absent where the family has none. */
  readonly transform?: HeadTransform;
  readonly output: Linear;

  readonly #dropout: number;

  /** @param outFeatures K */
  constructor(params: Params, config: HeadSizes, spec: TokenHeadSpec, outFeatures: number) {
    checkModule("TokenHead", params, { config, spec });
    const { transform } = spec;
    if (transform !== undefined) this.transform = new HeadTransform(params.at("transform"), config, transform);
    const init = normal(config.initializerRange);
    this.output = new Linear(params.at("output"), transform?.dim ?? config.dModel, outFeatures, { init });
    this.#dropout = spec.dropout;
  }

  /** @param x [B, L, E]  @returns [B, L, K] */
  forward(x: tf.Tensor, pass: Pass): tf.Tensor3D {
    checkTensor("TokenHead.forward", "x", x, "[B, L, E]");
    const transformed = this.transform?.forward(x) ?? x;
    return pass.tap("logits", this.output.forward(dropout(transformed, this.#dropout, pass.random)));
  }
}
