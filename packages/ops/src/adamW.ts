import { checkRecord } from "./checks/argumentChecks.ts";
import * as tf from "@tensorflow/tfjs-core";
import { describeArgument } from "./checks/describeArgument.ts";
import { FUSED_KERNELS, hasKernel, runFused } from "./fusedKernel.ts";

/** The running averages that `adamW` keeps for one parameter, of its shape, zeros at first. */
export interface Moments {
  readonly first: tf.Variable;
  readonly second: tf.Variable;
}

/** Options of `adamW`. `step` counts from 1. */
export interface AdamWOptions {
  readonly learningRate: number;
  readonly step: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly eps?: number;
  /** Decoupled weight decay: the parameter itself shrinks by learningRate * weightDecay. */
  readonly weightDecay?: number;
  /** Factor of the gradient, applied first: clipping by global norm in the same pass. */
  readonly gradientScale?: number;
}

/** The attributes of the kernel QkvAdamW. */
export interface AdamWAttrs {
  readonly beta1: number;
  readonly beta2: number;
  readonly gradientScale: number;
  /** 1 - learningRate * weightDecay. */
  readonly decay: number;
  /** learningRate / (1 - beta1^step). */
  readonly stepSize: number;
  /** 1 / sqrt(1 - beta2^step). */
  readonly secondScale: number;
  readonly eps: number;
}

/**
 * Updates `parameter` and its moments by one step of AdamW (arXiv:1711.05101), as torch.optim.AdamW does.
 *
 * Kernel: QkvAdamW `{ parameter, gradient, first, second }` with `AdamWAttrs` -> the three new values;
 * it may write them in place where nothing else shares their memory.
 *
 * @throws RangeError if the step or the learning rate is invalid, or the gradient has another shape than the parameter
 */
export function adamW(parameter: tf.Variable, gradient: tf.Tensor, moments: Moments, options: AdamWOptions): void {
  checkRecord("adamW", "options", options);
  const { learningRate, step, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0.01, gradientScale = 1 } = options;
  for (const [name, value] of Object.entries({ parameter, first: moments.first, second: moments.second })) {
    if (!(value instanceof tf.Variable) || value.isDisposed)
      throw new RangeError(`adamW: expected ${name} to be a tf.Variable in use, got ${describeArgument(value)}`);
  }
  if (!(Number.isInteger(step) && step >= 1) || !Number.isFinite(learningRate)) {
    const got = `${describeArgument(step)} and ${describeArgument(learningRate)}`;
    throw new RangeError(`adamW: expected step to count from 1 and learningRate to be a number, got ${got}`);
  }
  if (!tf.util.arraysEqual(parameter.shape, gradient.shape)) {
    throw new RangeError(
      `adamW: expected a gradient [${parameter.shape}] of ${parameter.name}, got [${gradient.shape}]`,
    );
  }
  const attrs: AdamWAttrs = {
    beta1,
    beta2,
    gradientScale,
    decay: 1 - learningRate * weightDecay,
    stepSize: learningRate / (1 - beta1 ** step),
    secondScale: 1 / Math.sqrt(1 - beta2 ** step),
    eps,
  };
  tf.tidy(() => {
    const { first, second } = moments;
    const [nextParameter, nextFirst, nextSecond] = (
      hasKernel(FUSED_KERNELS.adamW)
        ? runFused(FUSED_KERNELS.adamW, { parameter, gradient, first, second }, attrs)
        : composedAdamW(parameter, gradient, moments, attrs)
    ) as [tf.Tensor, tf.Tensor, tf.Tensor];
    parameter.assign(nextParameter);
    first.assign(nextFirst);
    second.assign(nextSecond);
  });
}

function composedAdamW(parameter: tf.Tensor, gradient: tf.Tensor, moments: Moments, attrs: AdamWAttrs): tf.Tensor[] {
  const { beta1, beta2, decay, stepSize, secondScale, eps } = attrs;
  const scaled = tf.mul(gradient, attrs.gradientScale);
  const first = tf.add(tf.mul(moments.first, beta1), tf.mul(scaled, 1 - beta1));
  const second = tf.add(tf.mul(moments.second, beta2), tf.mul(tf.square(scaled), 1 - beta2));
  const deviation = tf.add(tf.mul(tf.sqrt(second), secondScale), eps);
  const next = tf.sub(tf.mul(parameter, decay), tf.mul(tf.div(first, deviation), stepSize));
  return [next, first, second];
}
