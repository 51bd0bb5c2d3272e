import { checkModule, type Initializer, Linear, type Params } from "@qkv/nn";
import { checkTensor, activate } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

/** The sizes of a {@link SwiGluFeedForward}. */
export interface SwiGluFeedForwardConfig {
  readonly dModel: number;
  readonly ffnDim: number;
  readonly init?: Initializer | undefined;
}

/**
 * A feed-forward gated by SiLU with gate and values in one matrix: down(silu(gate(x)) * up(x)) (SwiGLU,
 * arXiv:2002.05202), as DINOv2's largest has it.
 */
export class SwiGluFeedForward {
  /** Weight [2F, E]: the gate's rows, then the values'. */
  readonly gateUpProj: Linear;
  readonly downProj: Linear;

  constructor(params: Params, config: SwiGluFeedForwardConfig) {
    checkModule("SwiGluFeedForward", params, { config });
    const { dModel, ffnDim, init } = config;
    const options = init === undefined ? {} : { init };
    this.gateUpProj = new Linear(params.at("gateUpProj"), dModel, 2 * ffnDim, options);
    this.downProj = new Linear(params.at("downProj"), ffnDim, dModel, options);
  }

  /** @param x [B, L, E]  @returns [B, L, E] */
  forward(x: tf.Tensor): tf.Tensor3D {
    checkTensor("SwiGluFeedForward.forward", "x", x, "[B, L, E]");
    return tf.tidy(() => {
      const [gate, up] = tf.split(this.gateUpProj.forward(x), 2, 2) as [tf.Tensor3D, tf.Tensor3D];
      return this.downProj.forward(tf.mul(activate(gate, "silu"), up) as tf.Tensor3D);
    });
  }
}
