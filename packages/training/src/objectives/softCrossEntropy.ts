import { checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";

/**
 * The cross-entropy of each row to a distribution over all classes, for soft labels: PyTorch's `cross_entropy` with
 * probabilities as target and `reduction="none"`.
 *
 * @param logits [N, V]
 * @param targets [N, V], probabilities; they have no gradient
 * @returns [N]
 * @throws RangeError if the shapes differ
 */
export function softCrossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor1D {
  checkTensor("softCrossEntropy", "logits", logits, "[N, V]", "float32");
  checkTensor("softCrossEntropy", "targets", targets, "[N, V]", "float32");
  if (!tf.util.arraysEqual(logits.shape, targets.shape)) {
    throw new RangeError(`softCrossEntropy: expected targets [${logits.shape}], got [${targets.shape}]`);
  }
  return softLabels(logits, targets);
}

const softLabels = tf.customGrad((logits, targets, save) => {
  const [x, p, keep] = [logits as tf.Tensor2D, targets as tf.Tensor2D, save as tf.GradSaveFunc];
  const logProbs = tf.logSoftmax(x);
  keep([logProbs, p]);
  return {
    value: tf.neg(tf.sum(tf.mul(p, logProbs), -1)),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [logs, wanted] = saved as [tf.Tensor, tf.Tensor];
      const difference = tf.sub(tf.mul(tf.exp(logs), tf.sum(wanted, -1, true)), wanted);
      return [tf.mul(difference, tf.expandDims(dy, -1)), tf.zerosLike(wanted)];
    },
  };
}) as (logits: tf.Tensor, targets: tf.Tensor) => tf.Tensor1D;
