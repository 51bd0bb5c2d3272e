import { activate, checkTensor } from "@qkv/ops";
import { type Activation, checkModule, dropout, Linear, type Params, Pass } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { FeedForwardConfig } from "./feedForward.ts";

/** A gated feed-forward, down(activation(gate(x)) * up(x)), at each position alone (arXiv:2002.05202). */
export class GatedFeedForward {
  readonly gateProj: Linear;
  readonly upProj: Linear;
  readonly downProj: Linear;

  readonly #activation: Activation;
  readonly #dropout: number;

  constructor(params: Params, config: FeedForwardConfig) {
    checkModule("GatedFeedForward", params, { config });
    const { dModel, ffn, activationDropout = 0, init } = config;
    const options = { bias: ffn.bias ?? true, ...(init && { init }) };
    this.gateProj = new Linear(params.at("gateProj"), dModel, ffn.dim, options);
    this.upProj = new Linear(params.at("upProj"), dModel, ffn.dim, options);
    this.downProj = new Linear(params.at("downProj"), ffn.dim, dModel, options);
    this.#activation = ffn.activation;
    this.#dropout = activationDropout;
  }

  /**
   * @param x [B, L, E]
   * @param pass its taps read [B, L, F]: the gate's `preActivation`, what it multiplies, `up`, and `hidden`, the product
   * @returns [B, L, E]
   */
  forward(x: tf.Tensor, pass: Pass = Pass.plain): tf.Tensor3D {
    checkTensor("GatedFeedForward.forward", "x", x, "[B, L, E]");
    return tf.tidy(() => {
      const gate = activate(pass.tap("preActivation", this.gateProj.forward(x)), this.#activation);
      const up = pass.tap("up", this.upProj.forward(x));
      const hidden = pass.tap("hidden", tf.mul(gate, up) as tf.Tensor3D);
      return pass.output(this.downProj.forward(dropout(hidden, this.#dropout, pass.random)));
    });
  }
}
