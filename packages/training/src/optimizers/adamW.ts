import * as tf from "@tensorflow/tfjs-core";
import { adamW, checkRecord, type OptionNames } from "@qkv/ops";
import type { StateDict, StateEntry } from "@qkv/nn";
import type { NamedGradients, NamedVariables } from "../parameters/gradients.ts";
import { checkNumber, checkOptimizer } from "./checkOptimizer.ts";
import type { Optimizer, OptimizerStepOptions } from "./optimizer.ts";
import { isDecayedBy, type WeightDecayMask } from "./weightDecayMask.ts";
import { assignVariables, readVariables } from "../parameters/variables.ts";

/** Options of {@link AdamW}. */
export interface AdamWOptions {
  /** Default 1e-3. */
  readonly learningRate?: number;
  /** Decay rates of the moving averages of the gradient and of its square. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second moment. Default 1e-8. */
  readonly eps?: number;
  /** Default 0.01. */
  readonly weightDecay?: number;
  /** The parameters with weight decay. Default: all of them. */
  readonly weightDecayMask?: WeightDecayMask;
  /**
   * Whether decay shrinks the parameter itself (`decoupled`, PyTorch's AdamW, the default) or is added to the gradient
   * (`l2`, PyTorch's Adam).
   */
  readonly decay?: "decoupled" | "l2";
}

const NAMES: OptionNames<AdamWOptions> = {
  learningRate: true,
  betas: true,
  eps: true,
  weightDecay: true,
  weightDecayMask: true,
  decay: true,
};

interface Moments {
  readonly first: tf.Variable;
  readonly second: tf.Variable;
  steps: number;
}

/**
 * Adam with decoupled weight decay (https://arxiv.org/abs/1711.05101), as PyTorch's `torch.optim.AdamW` computes it.
 *
 * It borrows the parameters and owns two moments for each, created at the parameter's first gradient.
 */
export class AdamW implements Optimizer {
  readonly learningRate: number;

  readonly #params: NamedVariables;
  readonly #options: Required<Omit<AdamWOptions, "weightDecayMask">>;
  readonly #isDecayed: (name: string) => boolean;
  readonly #moments = new Map<string, Moments>();

  constructor(params: NamedVariables, options: AdamWOptions = {}) {
    checkOptimizer("AdamW", params, options, NAMES);
    this.#params = params;
    this.#options = {
      learningRate: 1e-3,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0.01,
      decay: "decoupled",
      ...options,
    };
    this.#isDecayed = isDecayedBy("AdamW", options.weightDecayMask);
    this.learningRate = this.#options.learningRate;
    checkNumber("AdamW", "learningRate", this.learningRate);
  }

  step(gradients: NamedGradients, options: OptimizerStepOptions = {}): void {
    checkRecord("AdamW.step", "options", options);
    const { factor = 1, gradientScale = 1 } = options;
    for (const [name, gradient] of gradients) {
      const param = this.#params.get(name);
      if (param === undefined) throw new RangeError(`AdamW: expected gradients of its parameters, got one of ${name}`);
      this.#update(param, gradient, this.#momentsOf(name, param), {
        learningRate: this.learningRate * factor,
        gradientScale,
        weightDecay: this.#isDecayed(name) ? this.#options.weightDecay : 0,
      });
    }
  }

  /** `first.NAME` and `second.NAME` for the moments of each parameter, `steps.NAME` for its number of updates. */
  async state(): Promise<StateDict> {
    const state = new Map<string, StateEntry>();
    for (const [name, { steps }] of this.#moments) {
      state.set(`steps.${name}`, { shape: [], data: Float32Array.of(steps) });
    }
    return new Map([...state, ...(await readVariables(this.#variables()))]);
  }

  load(state: StateDict): void {
    this.dispose();
    const moments = new Map<string, StateEntry>();
    for (const [name, entry] of state) {
      const param = name.startsWith("steps.") ? name.slice("steps.".length) : undefined;
      const variable = this.#params.get(param ?? "");
      if (param === undefined || variable === undefined) moments.set(name, entry);
      else this.#momentsOf(param, variable).steps = entry.data[0] ?? 0;
    }
    assignVariables("AdamW.load", this.#variables(), moments);
  }

  dispose(): void {
    for (const { first, second } of this.#moments.values()) {
      first.dispose();
      second.dispose();
    }
    this.#moments.clear();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #variables(): ReadonlyMap<string, tf.Variable> {
    return new Map(
      [...this.#moments].flatMap(([name, { first, second }]): [string, tf.Variable][] => [
        [`first.${name}`, first],
        [`second.${name}`, second],
      ]),
    );
  }

  #momentsOf(name: string, param: tf.Variable): Moments {
    let moments = this.#moments.get(name);
    if (moments === undefined) {
      moments = { first: zeroVariable(param), second: zeroVariable(param), steps: 0 };
      this.#moments.set(name, moments);
    }
    return moments;
  }

  #update(
    param: tf.Variable,
    gradient: tf.Tensor,
    moments: Moments,
    { learningRate, weightDecay, gradientScale }: { learningRate: number; weightDecay: number; gradientScale: number },
  ): void {
    const { betas, eps, decay } = this.#options;
    const [beta1, beta2] = betas;
    moments.steps += 1;
    const common = { learningRate, step: moments.steps, beta1, beta2, eps };
    if (decay === "decoupled") {
      adamW(param, gradient, moments, { ...common, weightDecay, gradientScale });
    } else {
      tf.tidy(() => {
        const decayed = tf.add(tf.mul(gradient, gradientScale), tf.mul(param, weightDecay));
        adamW(param, decayed, moments, { ...common, weightDecay: 0 });
      });
    }
  }
}

function zeroVariable(like: tf.Tensor): tf.Variable {
  const zeros = tf.zeros(like.shape);
  const variable = tf.variable(zeros, false);
  zeros.dispose();
  return variable;
}
