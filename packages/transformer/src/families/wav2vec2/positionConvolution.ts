import { type Activation, activate, checkModule, normal, ones, type Params } from "@qkv/nn";
import { denseOf, linear, type Weight } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { Wav2Vec2Config } from "./config.ts";
import { frames } from "./frames.ts";

/** Positions by a grouped convolution over time as wide as a second or two, whose weight has a norm of its own at each step. */
export class PositionConvolution {
  /** [1, 1, K], the norms */
  readonly scale: tf.Variable<tf.Rank.R3>;
  /** [E, E / G, K], the directions */
  readonly direction: Weight<tf.Rank.R3>;
  /** [E] */
  readonly bias: tf.Variable<tf.Rank.R1>;

  readonly #groups: number;
  readonly #kernel: number;
  readonly #activation: Activation;

  constructor(params: Params, config: Wav2Vec2Config) {
    checkModule("PositionConvolution", params, { config });
    const { dModel, positionKernel: kernel, positionGroups: groups } = config;
    this.#groups = groups;
    this.#kernel = kernel;
    this.#activation = config.convolutionActivation;
    this.scale = params.scale<tf.Rank.R3>("scale", [1, 1, kernel], ones);
    this.direction = params.matrix<tf.Rank.R3>("direction", [dModel, dModel / groups, kernel], normal(config.initializerRange)); // prettier-ignore
    this.bias = params.bias<tf.Rank.R1>("bias", [dModel]);
  }

  /** @param x [B, T, E]  @returns [B, T, E] */
  forward(x: tf.Tensor3D): tf.Tensor3D {
    const [batch, length, width] = x.shape;
    const [kernel, groups] = [this.#kernel, this.#groups];
    const size = width / groups;
    return tf.tidy(() => {
      const direction = denseOf(this.direction);
      const norms = tf.sqrt(tf.sum(tf.square(tf.reshape(direction, [-1, kernel])), 0));
      const weight = tf.mul(direction, tf.div(this.scale, norms)); // [E, E / G, K]
      const matrices = tf.reshape(tf.transpose(weight, [0, 2, 1]), [groups, size, kernel * size]);
      // Half a kernel before, and so much after that there are as many places as steps.
      const before = kernel >> 1;
      const padded = tf.pad(x, [[0, 0], [before, kernel - 1 - before], [0, 0]]); // prettier-ignore
      const steps = length + kernel - 1;
      const outputs = Array.from({ length: groups }, (_, group) =>
        tf.tidy(() => {
          const part = tf.slice(padded, [0, 0, group * size], [batch, steps, size]);
          const matrix = tf.reshape(tf.slice(matrices, [group, 0, 0], [1, size, kernel * size]), [size, kernel * size]);
          return linear(frames(part, kernel, 1), matrix) as tf.Tensor3D;
        }),
      );
      return activate(tf.add(tf.concat(outputs, 2), this.bias), this.#activation) as tf.Tensor3D;
    });
  }
}
