import { activate, checkTensor } from "@qkv/ops";
import { type Activation, checkModule, dropout, Linear, type Params, Pass } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { BlockSpec } from "./spec.ts";

/** Sizes and rates of a feed-forward network. */
export type FeedForwardConfig = Pick<BlockSpec, "dModel" | "ffn" | "activationDropout" | "init">;

/** Two linear maps with an activation between them, at each position alone ("Attention Is All You Need", 3.3). */
export class FeedForward {
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly activation: Activation;

  readonly #dropout: number;

  constructor(params: Params, config: FeedForwardConfig) {
    checkModule("FeedForward", params, { config });
    const { dModel, ffn, activationDropout = 0, init } = config;
    const options = { bias: ffn.bias ?? true, ...(init && { init }) };
    this.fc1 = new Linear(params.at("fc1"), dModel, ffn.dim, options);
    this.fc2 = new Linear(params.at("fc2"), ffn.dim, dModel, options);
    this.activation = ffn.activation;
    this.#dropout = activationDropout;
  }

  /**
   * @param x [B, L, E]
   * @param pass its taps read `preActivation` and `hidden` [B, L, F], before and after the activation
   * @returns [B, L, E]
   */
  forward(x: tf.Tensor, pass: Pass = Pass.plain): tf.Tensor3D {
    checkTensor("FeedForward.forward", "x", x, "[B, L, E]");
    return tf.tidy(() => {
      const hidden = pass.tap("hidden", this.#activated(x, pass));
      return pass.output(this.fc2.forward(dropout(hidden, this.#dropout, pass.random)));
    });
  }

  #activated(x: tf.Tensor3D, pass: Pass): tf.Tensor3D {
    if (!pass.wants("preActivation")) return this.fc1.forward(x, this.activation);
    return activate(pass.tap("preActivation", this.fc1.forward(x)), this.activation) as tf.Tensor3D;
  }
}
