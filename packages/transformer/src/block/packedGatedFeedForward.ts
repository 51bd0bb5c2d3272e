import { activate, checkTensor } from "@qkv/ops";
import { type Activation, checkModule, dropout, Linear, type Params, Pass } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { FeedForwardConfig } from "./feedForward.ts";

/** A gated feed-forward with gate and values in one matrix, as in DINOv2's largest (arXiv:2304.07193). */
export class PackedGatedFeedForward {
  /** Weight [2F, E]: the gate's rows, then the values'. */
  readonly gateUpProj: Linear;
  readonly downProj: Linear;

  readonly #activation: Activation;
  readonly #dropout: number;

  constructor(params: Params, config: FeedForwardConfig) {
    checkModule("PackedGatedFeedForward", params, { config });
    const { dModel, ffn, activationDropout = 0, init } = config;
    const options = { bias: ffn.bias ?? true, ...(init && { init }) };
    this.gateUpProj = new Linear(params.at("gateUpProj"), dModel, 2 * ffn.dim, options);
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
    checkTensor("PackedGatedFeedForward.forward", "x", x, "[B, L, E]");
    return tf.tidy(() => {
      const [before, side] = tf.split(this.gateUpProj.forward(x), 2, 2) as [tf.Tensor3D, tf.Tensor3D];
      const gate = activate(pass.tap("preActivation", before), this.#activation);
      const hidden = pass.tap("hidden", tf.mul(gate, pass.tap("up", side)) as tf.Tensor3D);
      return pass.output(this.downProj.forward(dropout(hidden, this.#dropout, pass.random)));
    });
  }
}
