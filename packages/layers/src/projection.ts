import { type Activation, layerNorm, linear } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { initializers, type LayerVariable } from "@tensorflow/tfjs-layers";
import type { AddVariable, ProjectionSettings } from "./projectionSettings.ts";

/** A kernel and a bias, shaped as Keras shapes them: [...inputs, ...outputs] and [...outputs]. */
export class Projection {
  readonly #kernel: LayerVariable;
  readonly #bias: LayerVariable | undefined;
  readonly #sizes: readonly [inputs: number, outputs: number];

  constructor(
    add: AddVariable,
    name: string,
    [inputs, outputs]: readonly [inputs: readonly number[], outputs: readonly number[]],
    { kernel, bias }: Pick<ProjectionSettings, "kernel" | "bias">,
    useBias = true,
  ) {
    this.#kernel = add(`${name}/kernel`, [...inputs, ...outputs], kernel);
    if (useBias) this.#bias = add(`${name}/bias`, [...outputs], bias);
    this.#sizes = [tf.util.sizeFromShape([...inputs]), tf.util.sizeFromShape([...outputs])];
  }

  /** [B, L, I] -> [B, L, O], with the axes of inputs and of outputs in one each. */
  forward(x: tf.Tensor, activation?: Activation): tf.Tensor {
    const [, outputs] = this.#sizes;
    // The fused kernel takes weights [O, I], as PyTorch stores them.
    const weight = tf.transpose(tf.reshape(this.#kernel.read(), [...this.#sizes]));
    return linear(x, weight, this.#bias && tf.reshape(this.#bias.read(), [outputs]), activation);
  }
}

/** Layer normalization over the last axis, with its variables named as Keras's. */
export class Normalization {
  readonly #gamma: LayerVariable;
  readonly #beta: LayerVariable;
  readonly #epsilon: number;

  constructor(add: AddVariable, name: string, width: number, epsilon: number) {
    this.#gamma = add(`${name}/gamma`, [width], { initializer: initializers.ones() });
    this.#beta = add(`${name}/beta`, [width], { initializer: initializers.zeros() });
    this.#epsilon = epsilon;
  }

  /** [..., E] -> [..., E] */
  forward(x: tf.Tensor): tf.Tensor {
    return layerNorm(x, this.#gamma.read(), this.#beta.read(), this.#epsilon);
  }
}
