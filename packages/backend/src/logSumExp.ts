import * as tf from "@tensorflow/tfjs-core";
import { checkTensor } from "./argumentChecks.ts";
import { FUSED_KERNELS, hasKernel, isRecordingGradients, runFusedFirst } from "./fusedKernel.ts";

/**
 * The logarithm of the sum of the exponentials of each row, what log-softmax subtracts. A row of nothing but -Infinity
 * gives -Infinity.
 *
 * Kernel, for inference: QkvLogSumExp `{ x [N, V] }` -> [N].
 *
 * @param x [N, V]
 * @returns [N]
 * @throws RangeError if x is no matrix
 */
export function logSumExp(x: tf.Tensor): tf.Tensor1D {
  checkTensor("logSumExp", "x", x, "[...]");
  if (x.rank !== 2) throw new RangeError(`logSumExp: expected x [N, V], got [${x.shape}]`);
  if (!hasKernel(FUSED_KERNELS.logSumExp) || isRecordingGradients()) return tf.logSumExp(x, 1) as tf.Tensor1D;
  return runFusedFirst(FUSED_KERNELS.logSumExp, { x }) as tf.Tensor1D;
}
