import { maskedSoftmax, scaledDotScore } from "@qkv/attention";
import { addLora, Linear, Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { numbersOf } from "../../compute/numbersOf.ts";

/** Weights of a sentence under a mask, [size * size]. */
export function weightsUnder(visible: readonly boolean[], size: number): Promise<number[]> {
  return numbersOf(() => {
    const x = tf.randomNormal<tf.Rank.R3>([1, size, 4], 0, 1, "float32", 8);
    return maskedSoftmax(scaledDotScore.scores(x, x), tf.tensor3d(visible.map(Number), [1, size, size], "bool"));
  });
}

/** A change of a weight matrix of some rank, as sizes from 0 to 1: [side * side]. */
export function change(side: number, rank: number): Promise<number[]> {
  return numbersOf(() => {
    const a = tf.randomNormal<tf.Rank.R2>([side, rank], 0, 1, "float32", 5);
    const b = tf.randomNormal<tf.Rank.R2>([rank, side], 0, 1, "float32", 6);
    const product = tf.abs(tf.matMul(a, b));
    return tf.div(product, tf.max(product));
  });
}

/** How many numbers an adapter of some rank brings to a square matrix, counted on one. */
export function adapterSize(side: number, rank: number): number {
  const [model, adapters] = [Params.initialized(1), Params.initialized(2)];
  try {
    new Linear(model.at("linear"), side, side, { bias: false });
    addLora(model, adapters, { rank });
    return [...adapters.weights()].reduce((sum, [, weight]) => sum + weight.shape.reduce((a, b) => a * b, 1), 0);
  } finally {
    adapters.dispose();
    model.dispose();
  }
}
