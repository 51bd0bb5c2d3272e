import * as tf from "@tensorflow/tfjs-core";
import { checkTensor } from "./checks/argumentChecks.ts";
import { ensureGradient, FUSED_KERNELS, hasKernel, runFusedFirst } from "./fusedKernel.ts";

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions {
  /** The share of the target spread evenly over all classes. */
  readonly labelSmoothing?: number;
  /** The label whose rows have no loss. */
  readonly ignoreIndex?: number;
}

/**
 * Computes the cross-entropy loss of each row: PyTorch's `cross_entropy(..., reduction="none")`.
 *
 * A label outside [0, V) that is not `ignoreIndex` gives NaN.
 *
 * Kernels, both with `{ labelSmoothing, ignoreIndex }`: QkvCrossEntropy `{ logits, labels }` -> loss [N], logsumexp [N];
 * QkvCrossEntropyGradient `{ logits, labels, logSumExp, dy }` -> dlogits [N, V].
 *
 * @param logits [N, V]
 * @param labels [N] int32
 * @returns [N], 0 where ignored
 * @throws RangeError if the shapes do not fit, or the labels are not int32
 */
export function crossEntropy(
  logits: tf.Tensor,
  labels: tf.Tensor,
  { labelSmoothing = 0, ignoreIndex = -100 }: CrossEntropyOptions = {},
): tf.Tensor1D {
  checkTensor("crossEntropy", "logits", logits, "[...]");
  checkTensor("crossEntropy", "labels", labels, "[...]");
  if (logits.rank !== 2 || labels.rank !== 1 || labels.dtype !== "int32" || labels.shape[0] !== logits.shape[0]) {
    throw new RangeError(
      `crossEntropy: expected logits [N, V] and int32 labels [N], got [${logits.shape}] and ${labels.dtype} [${labels.shape}]`,
    );
  }
  return tf.tidy(() => {
    if (!hasKernel(FUSED_KERNELS.crossEntropy)) {
      return composedCrossEntropy(logits, labels, labelSmoothing, ignoreIndex);
    }
    ensureGradient(gradient);
    return runFusedFirst(
      FUSED_KERNELS.crossEntropy,
      { logits, labels },
      { labelSmoothing, ignoreIndex },
    ) as tf.Tensor1D;
  });
}

function composedCrossEntropy(
  logits: tf.Tensor,
  labels: tf.Tensor,
  labelSmoothing: number,
  ignoreIndex: number,
): tf.Tensor1D {
  const [rows = 0, classes = 0] = logits.shape;
  const logProbs = tf.logSoftmax(logits as tf.Tensor2D); // [N, V]
  const isLabel = tf.equal(tf.reshape(labels, [rows, 1]), tf.reshape(tf.range(0, classes, 1, "int32"), [1, classes])); // [N, V]
  const picked = tf.sum(tf.where(isLabel, logProbs, tf.zerosLike(logProbs)), -1); // [N]
  const smooth =
    labelSmoothing === 0
      ? picked
      : tf.add(tf.mul(picked, 1 - labelSmoothing), tf.mul(tf.mean(logProbs, -1), labelSmoothing));
  const inRange = tf.logicalAnd(tf.greaterEqual(labels, 0), tf.less(labels, classes)); // [N]
  const ignored = tf.equal(labels, ignoreIndex); // [N]
  const cost = tf.where(inRange, tf.neg(smooth), tf.fill([rows], NaN));
  return tf.where(ignored, tf.zeros([rows]), cost) as tf.Tensor1D;
}

const gradient: tf.GradConfig = {
  kernelName: FUSED_KERNELS.crossEntropy,
  inputsToSave: ["logits", "labels"],
  outputsToSave: [false, true],
  gradFunc: (dys, saved, attrs) => {
    const [logits, labels, logSumExp] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    const dy = (dys as tf.Tensor[])[0];
    return {
      logits: () => runFusedFirst(FUSED_KERNELS.crossEntropyGradient, { logits, labels, logSumExp, dy }, attrs),
    };
  },
};
