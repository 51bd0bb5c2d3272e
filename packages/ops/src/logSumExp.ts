import * as tf from "@tensorflow/tfjs-core";
import { checkTensor } from "./checks/argumentChecks.ts";
import { FUSED_KERNELS, hasKernel, isRecordingGradients, runFusedFirst } from "./fusedKernel.ts";

/**
 * Computes the logarithm of the sum of the exponentials of each row, which log-softmax subtracts. A row of -Infinity
 * alone gives -Infinity.
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
  if (!hasKernel(FUSED_KERNELS.logSumExp) || isRecordingGradients()) return tf.tidy(() => composedLogSumExp(x));
  return runFusedFirst(FUSED_KERNELS.logSumExp, { x }) as tf.Tensor1D;
}

const LARGEST_FLOAT32 = 3.4e38;

/** Computes it with a finite shift, or infinities would cancel to NaN, as in tf.logSumExp. */
function composedLogSumExp(x: tf.Tensor): tf.Tensor1D {
  const [rows = 0, width = 0] = x.shape;
  if (width === 0) return tf.fill([rows], -Infinity);
  const shift = tf.clipByValue(tf.max(x, 1, true), -LARGEST_FLOAT32, LARGEST_FLOAT32); // [N, 1]
  const logSum = tf.log(tf.sum(tf.exp(tf.sub(x, shift)), 1, true)); // [N, 1]
  return tf.reshape(tf.add(logSum, shift), [rows]);
}
