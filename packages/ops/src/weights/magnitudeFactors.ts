import * as tf from "@tensorflow/tfjs-core";
import { packedRowRange } from "./packedKernels.ts";
import { isPacked, type LowRankAdapter, type Weight } from "./weight.ts";

const ROWS = 1024; // that are dense at a time, so that a packed weight never is as a whole

/**
 * Computes the factors that give the rows of W + scale * b a the lengths of a magnitude (DoRA, arXiv:2402.09353):
 * `magnitude / ‖W + scale * b a‖`. The lengths count as constants in gradients, as the paper and PEFT have it.
 *
 * @param weight [O, I], in any format
 * @param magnitude [O]
 * @returns [O]
 */
export function magnitudeFactors(weight: Weight, adapter: LowRankAdapter, magnitude: tf.Tensor): tf.Tensor {
  const scaled = tf.customGrad((m, save) => {
    const inverse = tf.reciprocal(rowLengths(weight, adapter));
    (save as tf.GradSaveFunc)([inverse]);
    return {
      value: tf.mul(m as tf.Tensor, inverse),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, saved[0] as tf.Tensor),
    };
  });
  return scaled(magnitude);
}

/** The length of each row of W + scale * b a: [O]. */
function rowLengths(weight: Weight, { a, b, scale }: Pick<LowRankAdapter, "a" | "b" | "scale">): tf.Tensor1D {
  const [rows = 0, columns = 0] = weight.shape as readonly number[];
  const lengths: tf.Tensor1D[] = [];
  for (let from = 0; from < rows; from += ROWS) {
    const count = Math.min(ROWS, rows - from);
    const part = tf.tidy(() => {
      const stored = isPacked(weight)
        ? packedRowRange("magnitude", weight, from, from + count)
        : tf.slice(weight.parts.data, [from, 0], [count, columns]);
      const update = tf.matMul(tf.mul(tf.slice(b, [from, 0], [count, b.shape[1] ?? 0]), scale), a as tf.Tensor2D);
      return tf.sqrt(tf.sum(tf.square(tf.add(stored, update)), 1)) as tf.Tensor1D;
    });
    lengths.push(part);
  }
  return tf.concat(lengths);
}
