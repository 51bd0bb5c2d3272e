import * as tf from "@tensorflow/tfjs-core";
import { checkTensor } from "./checks/argumentChecks.ts";
import { describeArgument } from "./checks/describeArgument.ts";
import { ensureGradient, FUSED_KERNELS, hasKernel, runFused, runFusedFirst } from "./fusedKernel.ts";

/**
 * Normalizes each row of the last axis to mean 0 and variance 1, then scales and shifts it (arXiv:1607.06450).
 *
 * Kernels: QkvLayerNorm `{ x [..., E], weight [E], bias [E] }` with `{ eps }` -> y [..., E], and for each of the N rows
 * mean [N], 1/deviation [N]; QkvLayerNormGradient `{ x, weight, mean, rstd, dy }` -> dx [..., E], dweight [E], dbias [E].
 *
 * @param x [..., E]
 * @param weight [E]
 * @param bias [E]
 * @param eps added to the variance, under the root
 * @returns [..., E]
 * @throws RangeError if the shapes do not fit
 */
export function layerNorm(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, eps: number): tf.Tensor {
  checkTensor("layerNorm", "x", x, "[..., E]");
  checkTensor("layerNorm", "weight", weight, "[...]");
  checkTensor("layerNorm", "bias", bias, "[...]");
  if (!(eps >= 0)) throw new RangeError(`layerNorm: expected eps to be a number from 0, got ${describeArgument(eps)}`);
  const width = x.shape.at(-1);
  if (
    width === undefined ||
    weight.rank !== 1 ||
    weight.shape[0] !== width ||
    bias.rank !== 1 ||
    bias.shape[0] !== width
  ) {
    throw new RangeError(
      `layerNorm: expected x [..., E], weight [E], bias [E], got [${x.shape}], [${weight.shape}], [${bias.shape}]`,
    );
  }
  return tf.tidy(() =>
    hasKernel(FUSED_KERNELS.layerNorm) ? fusedLayerNorm(x, weight, bias, eps) : composedLayerNorm(x, weight, bias, eps),
  );
}

function composedLayerNorm(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, eps: number): tf.Tensor {
  const centered = tf.sub(x, tf.mean(x, -1, true)); // [..., E]
  const variance = tf.mean(tf.square(centered), -1, true); // [..., 1]
  const normal = tf.mul(centered, tf.rsqrt(tf.add(variance, eps))); // [..., E]
  return tf.add(tf.mul(normal, weight), bias);
}

function fusedLayerNorm(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, eps: number): tf.Tensor {
  ensureGradient(gradient);
  return runFusedFirst(FUSED_KERNELS.layerNorm, { x, weight, bias }, { eps });
}

const gradient: tf.GradConfig = {
  kernelName: FUSED_KERNELS.layerNorm,
  inputsToSave: ["x", "weight"],
  outputsToSave: [false, true, true],
  gradFunc: (dys, saved) => {
    const [x, weight, mean, rstd] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const dy = (dys as tf.Tensor[])[0];
    const [dx, dweight, dbias] = runFused(FUSED_KERNELS.layerNormGradient, {
      x,
      weight,
      mean,
      rstd,
      dy,
    }) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { x: () => dx, weight: () => dweight, bias: () => dbias };
  },
};
