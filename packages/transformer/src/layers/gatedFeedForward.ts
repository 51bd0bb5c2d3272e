import { checkTensor, activate } from "@qkv/ops";
import { checkModule, type Activation, type Initializer, Linear, type Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";

/** What a {@link GatedFeedForward} is made of. */
export interface GatedFeedForwardConfig {
  readonly dModel: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  /** Default false. */
  readonly bias?: boolean;
  readonly init?: Initializer;
}

/** A feed-forward whose hidden features are let through by a gate: down(act(gate(x)) * up(x)) (GLU variants, arXiv:2002.05202). */
export class GatedFeedForward {
  readonly gateProj: Linear;
  readonly upProj: Linear;
  readonly downProj: Linear;

  readonly #activation: Activation;

  constructor(params: Params, config: GatedFeedForwardConfig) {
    checkModule("GatedFeedForward", params, { config });
    const { dModel, ffnDim, activation, bias = false, init } = config;
    const options = { bias, ...(init && { init }) };
    this.gateProj = new Linear(params.at("gateProj"), dModel, ffnDim, options);
    this.upProj = new Linear(params.at("upProj"), dModel, ffnDim, options);
    this.downProj = new Linear(params.at("downProj"), ffnDim, dModel, options);
    this.#activation = activation;
  }

  /** @param x [B, L, E]  @returns [B, L, E] */
  forward(x: tf.Tensor): tf.Tensor3D {
    checkTensor("GatedFeedForward.forward", "x", x, "[B, L, E]");
    return tf.tidy(() => {
      const gate = activate(this.gateProj.forward(x), this.#activation);
      return this.downProj.forward(tf.mul(gate, this.upProj.forward(x)) as tf.Tensor3D);
    });
  }
}
