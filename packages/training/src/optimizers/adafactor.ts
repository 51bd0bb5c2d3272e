import { checkRecord, type OptionNames } from "@qkv/ops";
import type { StateDict } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { NamedGradients, NamedVariables } from "../parameters/gradients.ts";
import { checkNumber, checkOptimizer } from "./checkOptimizer.ts";
import type { Optimizer, OptimizerStepOptions } from "./optimizer.ts";
import { Slots } from "./slots.ts";
import { isDecayedBy, type WeightDecayMask } from "./weightDecayMask.ts";

/** Options of {@link Adafactor}. */
export interface AdafactorOptions {
  /** The largest step relative to a parameter's size; 1 / sqrt(step) where that is smaller. Default 0.01. */
  readonly learningRate?: number;
  /** Exponent of the step in the weight of the latest gradient, at most 0. Default -0.8. */
  readonly beta2Decay?: number;
  /** Lower bounds: of a mean of squares, and of a parameter's size. Default [2^-23, 1e-3]. */
  readonly eps?: readonly [number, number];
  /** The largest root mean square of a direction, from 1. Default 1. */
  readonly clipThreshold?: number;
  /** Default 0. */
  readonly weightDecay?: number;
  /** The parameters with weight decay. Default: all of them. */
  readonly weightDecayMask?: WeightDecayMask;
}

const NAMES: OptionNames<AdafactorOptions> = {
  learningRate: true,
  beta2Decay: true,
  eps: true,
  clipThreshold: true,
  weightDecay: true,
  weightDecayMask: true,
};

/**
 * Adafactor (arXiv:1804.04235) as PyTorch's `torch.optim.Adafactor` computes it: steps relative to each parameter's size,
 * divided by the root of a second moment of which a matrix keeps means of rows and of columns only.
 *
 * It borrows the parameters. A matrix [R, C] costs R + C numbers of state, a vector as many as it has; of more axes the last
 * two are rows and columns.
 */
export class Adafactor implements Optimizer {
  readonly learningRate: number;

  readonly #params: NamedVariables;
  readonly #options: Required<Omit<AdafactorOptions, "weightDecayMask">>;
  readonly #isDecayed: (name: string) => boolean;
  readonly #slots = new Slots({
    steps: () => [],
    rows: (shape) => (shape.length < 2 ? undefined : [...shape.slice(0, -1), 1]),
    columns: (shape) => (shape.length < 2 ? undefined : [...shape.slice(0, -2), 1, ...shape.slice(-1)]),
    variance: (shape) => (shape.length < 2 ? [...shape] : undefined),
  });

  constructor(params: NamedVariables, options: AdafactorOptions = {}) {
    checkOptimizer("Adafactor", params, options, NAMES);
    this.#params = params;
    const { learningRate = 0.01, beta2Decay = -0.8, eps = [2 ** -23, 1e-3] } = options;
    const { clipThreshold = 1, weightDecay = 0 } = options;
    this.#options = { learningRate, beta2Decay, eps, clipThreshold, weightDecay };
    checkNumber("Adafactor", "learningRate", learningRate);
    checkNumber("Adafactor", "-beta2Decay", -beta2Decay);
    checkNumber("Adafactor", "eps[0]", eps[0]);
    checkNumber("Adafactor", "eps[1]", eps[1]);
    checkNumber("Adafactor", "clipThreshold", clipThreshold, 1);
    checkNumber("Adafactor", "weightDecay", weightDecay);
    this.learningRate = learningRate;
    this.#isDecayed = isDecayedBy("Adafactor", options.weightDecayMask);
  }

  step(gradients: NamedGradients, options: OptimizerStepOptions = {}): void {
    checkRecord("Adafactor.step", "options", options);
    const { factor = 1, gradientScale = 1 } = options;
    const learningRate = this.learningRate * factor;
    for (const [name, unscaled] of gradients) {
      const param = this.#params.get(name);
      if (param === undefined) {
        throw new RangeError(`Adafactor: expected gradients of its parameters, got one of ${name}`);
      }
      const steps = this.#slots.of("steps", name, param);
      tf.tidy(() => {
        steps.assign(tf.add(steps, 1));
        const gradient = gradientScale === 1 ? unscaled : tf.mul(unscaled, gradientScale);
        this.#update(name, param, gradient, steps as tf.Tensor as tf.Scalar, learningRate);
      });
    }
  }

  /** `steps.NAME`, and `rows.NAME` and `columns.NAME` of a matrix or `variance.NAME` of a vector. */
  state(): Promise<StateDict> {
    return this.#slots.state();
  }

  load(state: StateDict): void {
    this.#slots.load("Adafactor.load", this.#params, state);
  }

  dispose(): void {
    this.#slots.dispose();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #update(name: string, param: tf.Variable, gradient: tf.Tensor, steps: tf.Scalar, learningRate: number): void {
    const { beta2Decay, eps, clipThreshold, weightDecay } = this.#options;
    const relative = tf.minimum(learningRate, tf.rsqrt(steps));
    const size = tf.mul(tf.maximum(eps[1], rootMeanSquare(param)), relative);
    const squares = tf.square(gradient);
    const latest = tf.pow(steps, beta2Decay);
    const variance =
      param.rank < 2 ? this.#whole(name, param, squares, latest) : this.#factored(name, param, squares, latest);
    const direction = tf.mul(tf.rsqrt(tf.maximum(variance, eps[0] ** 2)), gradient);
    const clip = tf.maximum(1, tf.div(rootMeanSquare(direction), clipThreshold));
    const decay = this.#isDecayed(name) ? learningRate * weightDecay : 0;
    param.assign(tf.sub(tf.mul(param, 1 - decay), tf.mul(direction, tf.div(size, clip))));
  }

  #whole(name: string, param: tf.Variable, squares: tf.Tensor, latest: tf.Tensor): tf.Tensor {
    return blend(this.#slots.of("variance", name, param), squares, latest);
  }

  /** The second moment of a matrix by its margins: rows times columns, divided by the mean. */
  #factored(name: string, param: tf.Variable, squares: tf.Tensor, latest: tf.Tensor): tf.Tensor {
    const rows = blend(this.#slots.of("rows", name, param), tf.mean(squares, -1, true), latest); // [..., R, 1]
    const means = tf.mean(squares, param.rank - 2, true);
    const columns = blend(this.#slots.of("columns", name, param), means, latest); // [..., 1, C]
    const whole = tf.maximum(tf.mean(rows, param.rank - 2, true), this.#options.eps[0]); // [..., 1, 1]
    return tf.div(tf.mul(rows, columns), whole);
  }
}

/** Moves an average towards a value by a share of their distance. Returns the average. */
function blend(average: tf.Variable, value: tf.Tensor, share: tf.Tensor): tf.Tensor {
  average.assign(tf.add(average, tf.mul(tf.sub(value, average), share)));
  return average;
}

function rootMeanSquare(x: tf.Tensor): tf.Tensor {
  return tf.sqrt(tf.mean(tf.square(x)));
}
