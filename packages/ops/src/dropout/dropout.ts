import * as tf from "@tensorflow/tfjs-core";
import { checkTensor } from "../checks/argumentChecks.ts";
import { dropoutFactors, dropoutKey } from "./dropoutHash.ts";
import { ensureGradient, FUSED_KERNELS, hasKernel, runFusedFirst } from "../fusedKernel.ts";

/**
 * Drops each element of `x` with probability `rate`, and scales the others by 1 / (1 - rate).
 *
 * Which elements are dropped depends on (seed, element index) alone: the same on every backend, and in both passes.
 *
 * Kernel: QkvDropout `{ x }` with a `DropoutKey` -> y; its gradient is itself.
 *
 * @param x [...]
 * @returns [...]
 */
export function dropout(x: tf.Tensor, rate: number, seed: number): tf.Tensor {
  checkTensor("dropout", "x", x, "[...]");
  const key = dropoutKey(rate, seed);
  if (rate === 0) return tf.clone(x);
  if (!hasKernel(FUSED_KERNELS.dropout)) {
    return tf.tidy(() => tf.mul(x, tf.tensor(dropoutFactors(key, x.size), x.shape)));
  }
  ensureGradient(gradient);
  return runFusedFirst(FUSED_KERNELS.dropout, { x }, key);
}

const gradient: tf.GradConfig = {
  kernelName: FUSED_KERNELS.dropout,
  gradFunc: (dy, _saved, attrs) => ({
    x: () => runFusedFirst(FUSED_KERNELS.dropout, { x: dy as tf.Tensor }, attrs),
  }),
};
