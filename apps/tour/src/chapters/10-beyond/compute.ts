import { hardAttention, maskedSoftmax, scaledDotScore } from "@qkv/attention";
import { RandomStream } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { numbersOf } from "../../compute/numbersOf.ts";

const SCORES = [0.2, 1.4, -0.6, 0.8, -1];

/** The soft weights, and how often each key was taken in some draws by chance. */
export async function drawn(
  draws: number,
  scale: number,
): Promise<{ readonly soft: number[]; readonly taken: number[] }> {
  const [keys, random] = [SCORES.length, new RandomStream(7)];
  const scores = () =>
    tf.tensor3d(
      SCORES.map((score) => score * scale),
      [1, 1, keys],
    );
  const soft = await numbersOf(() => tf.softmax(scores()));
  const taken = await numbersOf(() => {
    const many = tf.tile(scores(), [1, draws, 1]);
    const values = tf.expandDims(tf.eye(keys), 0);
    return tf.mean(hardAttention(many, values, { random }).choice, [0, 1]);
  });
  return { soft, taken };
}

/** Weights of nodes over their neighbours, [size * size]. */
export function neighbourWeights(edges: readonly boolean[], size: number): Promise<number[]> {
  return numbersOf(() => {
    const x = tf.randomNormal<tf.Rank.R3>([1, size, 4], 0, 0.8, "float32", 12);
    return maskedSoftmax(scaledDotScore.scores(x, x), tf.tensor3d(edges.map(Number), [1, size, size], "bool"));
  });
}
