import { AdditiveScore, attentionStages, dotScoreWith } from "@qkv/attention";
import { fit } from "@qkv/examples/tour/fit";
import { Params, type RandomStream } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { numbersOf } from "../../compute/numbersOf.ts";

/** How many words the sentences have, and how often the alignment is kept while it is learned. */
const [WORDS, SNAPSHOTS, STEPS_EACH] = [5, 11, 4];

let snapshots: Promise<number[][]> | undefined;

/** Weights of each target word over the source words, after some rounds of training: [WORDS * WORDS]. */
export async function alignmentAfter(round: number): Promise<number[]> {
  snapshots ??= learn();
  return (await snapshots)[round] ?? [];
}

/** An additive score learns which word of a sentence its translation, which runs backwards, comes from. */
async function learn(): Promise<number[][]> {
  const params = Params.initialized(3);
  const score = new AdditiveScore(params, { queryDim: WORDS, keyDim: WORDS, hiddenDim: 24 });
  // A state of either side knows the place that it stands at, and some noise.
  const states = (size: number, seed: number) =>
    tf.add(tf.eye(WORDS), tf.randomNormal<tf.Rank.R3>([size, WORDS, WORDS], 0, 0.15, "float32", seed)) as tf.Tensor3D;
  const weightsOf = (size: number, seed: number) =>
    attentionStages(states(size, seed), states(size, seed + 1), { score }).probabilities;
  const loss = (random: RandomStream) => {
    const right = tf.reverse(tf.eye(WORDS), 1);
    const found = tf.sum(tf.mul(weightsOf(16, Math.floor(1e6 * random.uniform())), right), -1);
    return tf.neg(tf.mean(tf.log(tf.add(found, 1e-6)))) as tf.Scalar;
  };
  const kept: number[][] = [];
  for (let round = 0; round < SNAPSHOTS; round++) {
    if (round > 0) await fit(params, loss, { steps: STEPS_EACH, learningRate: 0.05 });
    kept.push(await numbersOf(() => weightsOf(1, 77)));
  }
  params.dispose();
  return kept;
}

/** How near the context is to the word that is wanted, by the length of the sentence: the cosine, averaged over its words. */
export async function nearness(
  most: number,
  scale: number,
): Promise<{ readonly mean: number[]; readonly attention: number[] }> {
  const [mean, attention]: [number[], number[]] = [[], []];
  for (let length = 1; length <= most; length++) {
    const [a = 0, b = 0] = await numbersOf(() => {
      const words = tf.randomNormal<tf.Rank.R3>([1, length, 32], 0, 1, "float32", 9);
      const weights = attentionStages(words, words, { score: dotScoreWith(scale / 32) }).probabilities;
      const attended = tf.matMul(weights, words);
      const squeezed = tf.tile(tf.mean(words, 1, true), [1, length, 1]);
      return tf.stack([cosine(squeezed, words), cosine(attended, words)]);
    });
    mean.push(a);
    attention.push(b);
  }
  return { mean, attention };
}

function cosine(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const products = tf.sum(tf.mul(a, b), -1);
  return tf.mean(tf.div(products, tf.mul(tf.norm(a, 2, -1), tf.norm(b, 2, -1))));
}
