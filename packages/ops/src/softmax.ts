import * as tf from "@tensorflow/tfjs-core";
import { checkTensor } from "./checks/argumentChecks.ts";
import { ensureGradient, FUSED_KERNELS, hasKernel, runFusedFirst } from "./fusedKernel.ts";

/**
 * Computes the softmax over the last axis.
 *
 * Kernels: QkvSoftmax `{ x }` -> y; QkvSoftmaxGradient `{ y, dy }` -> dx; any rank, over the last axis.
 *
 * @param x [..., K]
 * @returns [..., K], rows summing to 1
 */
export function softmax(x: tf.Tensor): tf.Tensor {
  checkTensor("softmax", "x", x, "[..., K]");
  if (!hasKernel(FUSED_KERNELS.softmax)) {
    return tf.softmax(x);
  }
  ensureGradient(gradient);
  return runFusedFirst(FUSED_KERNELS.softmax, { x });
}

const gradient: tf.GradConfig = {
  kernelName: FUSED_KERNELS.softmax,
  outputsToSave: [true],
  gradFunc: (dy, saved) => ({
    x: () =>
      runFusedFirst(FUSED_KERNELS.softmaxGradient, {
        y: saved[0],
        dy: dy as tf.Tensor,
      }),
  }),
};
