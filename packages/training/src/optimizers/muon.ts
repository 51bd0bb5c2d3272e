import { checkArray, checkRecord } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { StateDict } from "@qkv/nn";
import type { NamedGradients, NamedVariables } from "../parameters/gradients.ts";
import type { Optimizer, OptimizerStepOptions } from "./optimizer.ts";
import { newtonSchulz } from "./newtonSchulz.ts";
import { Slots } from "./slots.ts";

/** Options of {@link Muon}. */
export interface MuonOptions {
  /** Default 1e-3. */
  readonly learningRate?: number;
  /** Decay rate of the moving average of the gradient. Default 0.95. */
  readonly momentum?: number;
  /** Default 0.1. */
  readonly weightDecay?: number;
}

/**
 * Momentum with newtonSchulz updates, so that no direction of a matrix learns slower than another
 * (https://kellerjordan.github.io/posts/muon): PyTorch's `torch.optim.Muon` with `match_rms_adamw`, computed in float32.
 *
 * For the matrices inside a model, `params.named("matrix")` but its heads; a convolution's weight [O, C, h, w] is one of [O, C h w]. Vectors, embeddings and
 * heads are for {@link AdamW}, which one learning rate fits as well: updates are scaled to AdamW's usual size
 * (arXiv:2502.16982). See {@link combineOptimizers}. It borrows the parameters and owns a momentum for each.
 */
export class Muon implements Optimizer {
  readonly learningRate: number;

  readonly #params: NamedVariables;
  readonly #momentum: number;
  readonly #weightDecay: number;
  readonly #slots = new Slots({ momentum: (shape) => [...shape] });

  /** @throws RangeError naming a parameter that is no matrix */
  constructor(params: NamedVariables, options: MuonOptions = {}) {
    checkArray("Muon", "params", params);
    checkRecord("Muon", "options", options);
    const { learningRate = 1e-3, momentum = 0.95, weightDecay = 0.1 } = options;
    for (const [name, { rank, shape }] of params) {
      if (rank < 2) throw new RangeError(`Muon: expected matrices, got ${name} [${shape}]`);
    }
    this.#params = params;
    this.learningRate = learningRate;
    this.#momentum = momentum;
    this.#weightDecay = weightDecay;
  }

  step(gradients: NamedGradients, options: OptimizerStepOptions = {}): void {
    checkRecord("Muon.step", "options", options);
    const { factor = 1, gradientScale = 1 } = options;
    const groups = new Map<string, string[]>(); // matrices of one shape are made orthogonal together
    for (const name of gradients.keys()) {
      const param = this.#params.get(name);
      if (param === undefined) throw new RangeError(`Muon: expected gradients of its parameters, got one of ${name}`);
      const shape = String(param.shape);
      groups.set(shape, [...(groups.get(shape) ?? []), name]);
    }
    for (const names of groups.values()) {
      tf.tidy(() => this.#update(names, gradients, this.learningRate * factor, gradientScale));
    }
  }

  /** `momentum.NAME` for each parameter that has had a gradient. */
  state(): Promise<StateDict> {
    return this.#slots.state();
  }

  load(state: StateDict): void {
    this.#slots.load("Muon.load", this.#params, state);
  }

  dispose(): void {
    this.#slots.dispose();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Updates parameters of the same shape. */
  #update(names: readonly string[], gradients: NamedGradients, learningRate: number, gradientScale: number): void {
    const params = names.map((name) => this.#params.get(name) as tf.Variable);
    const averages = names.map((name, i) => this.#slots.of("momentum", name, params[i] as tf.Variable));
    const [rows = 1, ...inner] = params[0]?.shape ?? [];
    const columns = tf.util.sizeFromShape(inner);
    const stacked = (tensors: tf.Tensor[]) =>
      tf.reshape(tf.stack(tensors), [names.length, rows, columns]) as tf.Tensor3D;

    const unscaled = stacked(names.map((name) => gradients.get(name) as tf.Tensor));
    const gradient = tf.mul(unscaled, gradientScale) as tf.Tensor3D;
    const average = blend(stacked(averages), gradient, this.#momentum);
    const direction = newtonSchulz(blend(gradient, average, 1 - this.#momentum)); // Nesterov momentum
    const step = tf.mul(direction, 0.2 * Math.sqrt(Math.max(rows, columns)) * learningRate);

    const shape = [rows, ...inner];
    const [kept, steps] = [tf.unstack(average), tf.unstack(step)];
    params.forEach((param, i) => {
      averages[i]?.assign(tf.reshape(kept[i] as tf.Tensor, shape));
      const shrunk = tf.mul(param, 1 - learningRate * this.#weightDecay);
      param.assign(tf.sub(shrunk, tf.reshape(steps[i] as tf.Tensor, shape)));
    });
  }
}

/** Blends `share` of `a` with the rest of `b`. */
function blend(a: tf.Tensor3D, b: tf.Tensor3D, share: number): tf.Tensor3D {
  return tf.add(tf.mul(a, share), tf.mul(b, 1 - share));
}
