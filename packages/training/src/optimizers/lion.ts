import { checkRecord, type OptionNames } from "@qkv/ops";
import type { StateDict } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { NamedGradients, NamedVariables } from "../parameters/gradients.ts";
import { checkNumber, checkOptimizer } from "./checkOptimizer.ts";
import type { Optimizer, OptimizerStepOptions } from "./optimizer.ts";
import { Slots } from "./slots.ts";
import { isDecayedBy, type WeightDecayMask } from "./weightDecayMask.ts";

/** Options of {@link Lion}. */
export interface LionOptions {
  /** Default 1e-4: three to ten times below AdamW's, since every number moves by all of it. */
  readonly learningRate?: number;
  /** Share of the average in the direction, and decay rate of the average. Default [0.9, 0.99]. */
  readonly betas?: readonly [number, number];
  /** Default 0; three to ten times AdamW's. */
  readonly weightDecay?: number;
  /** The parameters with weight decay. Default: all of them. */
  readonly weightDecayMask?: WeightDecayMask;
}

const NAMES: OptionNames<LionOptions> = { learningRate: true, betas: true, weightDecay: true, weightDecayMask: true };

/**
 * Momentum by signs alone, with decoupled weight decay: Lion, algorithm 2 of arXiv:2302.06675, step by step as the authors'
 * `lion_pytorch.py` (google/automl) computes it. PyTorch has none of its own.
 *
 * It borrows the parameters and owns one average for each, half of what AdamW does.
 */
export class Lion implements Optimizer {
  readonly learningRate: number;

  readonly #params: NamedVariables;
  readonly #betas: readonly [number, number];
  readonly #weightDecay: number;
  readonly #isDecayed: (name: string) => boolean;
  readonly #slots = new Slots({ momentum: (shape) => [...shape] });

  constructor(params: NamedVariables, options: LionOptions = {}) {
    checkOptimizer("Lion", params, options, NAMES);
    const { learningRate = 1e-4, betas = [0.9, 0.99], weightDecay = 0 } = options;
    checkNumber("Lion", "learningRate", learningRate);
    checkNumber("Lion", "betas[0]", betas[0], 0, 1);
    checkNumber("Lion", "betas[1]", betas[1], 0, 1);
    checkNumber("Lion", "weightDecay", weightDecay);
    this.#params = params;
    this.learningRate = learningRate;
    this.#betas = betas;
    this.#weightDecay = weightDecay;
    this.#isDecayed = isDecayedBy("Lion", options.weightDecayMask);
  }

  step(gradients: NamedGradients, options: OptimizerStepOptions = {}): void {
    checkRecord("Lion.step", "options", options);
    const { factor = 1, gradientScale = 1 } = options;
    const learningRate = this.learningRate * factor;
    const [beta1, beta2] = this.#betas;
    for (const [name, unscaled] of gradients) {
      const param = this.#params.get(name);
      if (param === undefined) throw new RangeError(`Lion: expected gradients of its parameters, got one of ${name}`);
      const average = this.#slots.of("momentum", name, param);
      tf.tidy(() => {
        const gradient = gradientScale === 1 ? unscaled : tf.mul(unscaled, gradientScale);
        const direction = tf.sign(tf.add(tf.mul(average, beta1), tf.mul(gradient, 1 - beta1)));
        const decay = this.#isDecayed(name) ? learningRate * this.#weightDecay : 0;
        param.assign(tf.sub(tf.mul(param, 1 - decay), tf.mul(direction, learningRate)));
        average.assign(tf.add(tf.mul(average, beta2), tf.mul(gradient, 1 - beta2)));
      });
    }
  }

  /** `momentum.NAME` for each parameter that has had a gradient. */
  state(): Promise<StateDict> {
    return this.#slots.state();
  }

  load(state: StateDict): void {
    this.#slots.load("Lion.load", this.#params, state);
  }

  dispose(): void {
    this.#slots.dispose();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
