import * as tf from "@tensorflow/tfjs-core";
import type { RandomStream } from "@qkv/nn";
import { globalNorm, lossAndGradients, type NamedGradients } from "../parameters/gradients.ts";
import type { TrainingTask } from "./task.ts";

/** The mean loss of some batches, and its gradients. */
export interface BatchGradients {
  readonly loss: tf.Scalar;
  readonly gradients: NamedGradients;
  readonly tokens: number;
  /** How many batches have tokens. */
  readonly parts: number;
  /** The mean of the squared norms of their own gradients, weighted by their tokens; undefined of one part. */
  readonly meanSquare: tf.Scalar | undefined;
}

/**
 * The mean loss of some batches, weighted by their tokens, and its gradients, equal to those of one large batch.
 *
 * The caller owns the loss, the gradients and the mean square. If a batch fails, nothing is left behind.
 */
export function batchGradients<Batch>(
  task: TrainingTask<Batch>,
  batches: readonly Batch[],
  random: RandomStream,
): BatchGradients {
  const weights = batches.map((batch) => task.tokens?.(batch) ?? 1);
  const tokens = weights.reduce((sum, weight) => sum + weight, 0);
  const parts = weights.filter((weight) => weight > 0).length;
  let [losses, meanSquare] = [undefined as tf.Scalar | undefined, undefined as tf.Scalar | undefined];
  const gradients = new Map<string, tf.Tensor>();
  try {
    for (const [i, batch] of batches.entries()) {
      const share = (weights[i] ?? 0) / tokens;
      const one = lossAndGradients(task.params, () => scaled(task.loss(batch, random), share));
      losses = plus(losses, one.loss) as tf.Scalar;
      if (parts > 1 && share > 0) meanSquare = plus(meanSquare, squareOf(one.gradients, share)) as tf.Scalar;
      for (const [name, gradient] of one.gradients) gradients.set(name, plus(gradients.get(name), gradient));
    }
  } catch (error) {
    tf.dispose([losses ?? [], meanSquare ?? [], ...gradients.values()] as tf.TensorContainer);
    throw error;
  }
  if (losses === undefined) throw new RangeError("batchGradients: expected at least one batch, got none");
  return { loss: losses, gradients, tokens, parts, meanSquare };
}

function scaled(loss: tf.Scalar, share: number): tf.Scalar {
  return share === 1 ? loss : tf.mul(loss, share);
}

/** A batch's part of the mean square: its gradients are scaled by its share already. */
function squareOf(gradients: NamedGradients, share: number): tf.Scalar {
  return tf.tidy(() => tf.div(tf.square(globalNorm(gradients)), share));
}

/** Adds two tensors and disposes of both. */
function plus(sum: tf.Tensor | undefined, term: tf.Tensor): tf.Tensor {
  if (sum === undefined) return term;
  const next = tf.add(sum, term);
  tf.dispose([sum, term]);
  return next;
}
