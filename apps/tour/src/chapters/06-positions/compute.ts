import { MultiHeadAttention, sinusoidalPositions } from "@qkv/attention";
import { Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { numbersOf } from "../../compute/numbersOf.ts";

/** The encoding of one position, and its dot product with that of every position, as a share of its own length. */
export async function position(
  at: number,
  count: number,
  width: number,
): Promise<{ readonly encoding: number[]; readonly nearness: number[] }> {
  const numbers = await numbersOf(() => {
    const table = tf.tensor2d(sinusoidalPositions(count, width), [count, width]);
    const one = tf.slice(table, [at, 0], [1, width]);
    const products = tf.div(tf.matMul(one, table, false, true), width / 2);
    return tf.concat([tf.reshape(one, [-1]), tf.reshape(products, [-1])]);
  });
  return { encoding: numbers.slice(0, width), nearness: numbers.slice(width) };
}

/** How much the output of each word changes when the sentence is read backwards, as a share of its length. */
export async function changesBackwards(words: number, strength: number): Promise<number[]> {
  const params = Params.initialized(1);
  const attention = new MultiHeadAttention(params, { dModel: 16, numHeads: 2 });
  try {
    return await numbersOf(() => {
      const x = tf.randomNormal<tf.Rank.R3>([1, words, 16], 0, 1, "float32", 1);
      const positions = tf.mul(tf.tensor3d(sinusoidalPositions(words, 16), [1, words, 16]), strength);
      const attend = (y: tf.Tensor3D) => attention.forward(tf.add(y, positions), tf.add(y, positions));
      const forwards = attend(x);
      const backwards = tf.reverse(attend(tf.reverse(x, 1)), 1);
      return tf.div(tf.norm(tf.sub(forwards, backwards), 2, -1), tf.norm(forwards, 2, -1));
    });
  } finally {
    params.dispose();
  }
}
