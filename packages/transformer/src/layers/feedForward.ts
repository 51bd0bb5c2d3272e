import { checkTensor } from "@qkv/ops";
import { checkModule, type Activation, dropout, Linear, type Params, type RandomStream } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { TransformerLayerConfig } from "./layerConfig.ts";

/** What a {@link FeedForward} is made of. */
export type FeedForwardConfig = Pick<
  TransformerLayerConfig,
  "dModel" | "ffnDim" | "activation" | "activationDropout" | "init"
>;

/** Two linear maps with an activation between them, at each position alone ("Attention Is All You Need", 3.3). */
export class FeedForward {
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly activation: Activation;

  readonly #activationDropout: number;

  constructor(params: Params, config: FeedForwardConfig) {
    checkModule("FeedForward", params, { config });
    const { dModel, ffnDim, activation, activationDropout, init } = config;
    const options = init === undefined ? {} : { init };
    this.fc1 = new Linear(params.at("fc1"), dModel, ffnDim, options);
    this.fc2 = new Linear(params.at("fc2"), ffnDim, dModel, options);
    this.activation = activation;
    this.#activationDropout = activationDropout;
  }

  /** @param x [B, L, E]  @param random given while training  @returns [B, L, E] */
  forward(x: tf.Tensor, random?: RandomStream): tf.Tensor3D {
    checkTensor("FeedForward.forward", "x", x, "[B, L, E]");
    return tf.tidy(() =>
      this.fc2.forward(dropout(this.fc1.forward(x, this.activation), this.#activationDropout, random)),
    );
  }
}
