import {
  attentionStages,
  causalMask,
  cosineScore,
  distanceScore,
  DotProductAttention,
  dotScore,
  maskedSoftmax,
  scaledDotScore,
  slidingWindowMask,
} from "@qkv/attention";
import * as tf from "@tensorflow/tfjs-core";
import { numbersOf } from "../../compute/numbersOf.ts";

const SCORES = { dot: dotScore, scaled: scaledDotScore, cosine: cosineScore(5), distance: distanceScore(4) };

/** A score by its name. */
export type ScoreName = keyof typeof SCORES;

/** Weights of one random query over `count` random keys of some width. */
export function randomWeights(score: ScoreName, width: number, count: number): Promise<number[]> {
  return numbersOf(() => {
    const query = tf.randomNormal<tf.Rank.R3>([1, 1, width], 0, 1, "float32", 3);
    const keys = tf.randomNormal<tf.Rank.R3>([1, count, width], 0, 1, "float32", 11);
    return attentionStages(query, keys, { score: SCORES[score] }).probabilities;
  });
}

/** Weights of `DotProductAttention` over `count` queries and keys, of which the first `valid` are a sentence. */
export async function weightsOfLength(count: number, valid: number): Promise<number[]> {
  const attention = new DotProductAttention(0, 1, { keepWeights: true });
  try {
    return await numbersOf(() => {
      const x = tf.randomNormal<tf.Rank.R3>([1, count, 4], 0, 1, "float32", 5);
      attention.forward(x, x, x, [valid]);
      return tf.clone(attention.attentionWeights as tf.Tensor);
    });
  } finally {
    attention.dispose();
  }
}

/** Weights under a mask, for the same queries and keys: [size, size]. */
export function weightsUnder(visible: readonly boolean[], size: number): Promise<number[]> {
  return numbersOf(() => {
    const x = tf.randomNormal<tf.Rank.R3>([1, size, 4], 0, 1, "float32", 5);
    const mask = tf.tensor3d(visible.map(Number), [1, size, size], "bool");
    return maskedSoftmax(scaledDotScore.scores(x, x), mask);
  });
}

/** A mask to begin with: what a place may look at. */
export type MaskName = "all" | "past" | "window";

/** The cells of such a mask that may be looked at, 1 or 0. */
export function maskOf(name: MaskName, size: number): Promise<number[]> {
  return numbersOf(() => {
    if (name === "all") return tf.ones([size, size]);
    return tf.cast(
      name === "past" ? causalMask(size, size) : slidingWindowMask(size, size, { before: 1, after: 1 }),
      "int32",
    );
  });
}
