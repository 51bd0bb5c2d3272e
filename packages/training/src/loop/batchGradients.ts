import * as tf from "@tensorflow/tfjs-core";
import type { RandomStream } from "@qkv/nn";
import { lossAndGradients, type NamedGradients } from "../parameters/gradients.ts";
import type { TrainingTask } from "./task.ts";

/**
 * The mean loss of some batches, weighted by their tokens, and its gradients, equal to those of one large batch.
 *
 * The caller owns the loss and the gradients. If a batch fails, nothing is left behind.
 */
export function batchGradients<Batch>(
  task: TrainingTask<Batch>,
  batches: readonly Batch[],
  random: RandomStream,
): { loss: tf.Scalar; gradients: NamedGradients; tokens: number } {
  const weights = batches.map((batch) => task.tokens?.(batch) ?? 1);
  const tokens = weights.reduce((sum, weight) => sum + weight, 0);
  let losses: tf.Scalar | undefined;
  const gradients = new Map<string, tf.Tensor>();
  try {
    for (const [i, batch] of batches.entries()) {
      const share = (weights[i] ?? 0) / tokens;
      const one = lossAndGradients(task.params, () => scaled(task.loss(batch, random), share));
      losses = plus(losses, one.loss) as tf.Scalar;
      for (const [name, gradient] of one.gradients) gradients.set(name, plus(gradients.get(name), gradient));
    }
  } catch (error) {
    tf.dispose([losses ?? [], ...gradients.values()] as tf.TensorContainer);
    throw error;
  }
  if (losses === undefined) throw new RangeError("batchGradients: expected at least one batch, got none");
  return { loss: losses, gradients, tokens };
}

function scaled(loss: tf.Scalar, share: number): tf.Scalar {
  return share === 1 ? loss : tf.mul(loss, share);
}

/** Adds two tensors and disposes of both. */
function plus(sum: tf.Tensor | undefined, term: tf.Tensor): tf.Tensor {
  if (sum === undefined) return term;
  const next = tf.add(sum, term);
  tf.dispose([sum, term]);
  return next;
}
