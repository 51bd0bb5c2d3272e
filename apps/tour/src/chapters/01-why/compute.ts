import { attentionStages, dotScoreWith } from "@qkv/attention";
import * as tf from "@tensorflow/tfjs-core";
import { numbersOf } from "../../compute/numbersOf.ts";

/** Weights of a query over keys, when their dot products are multiplied by `scale`. */
export function weightsOf(
  query: readonly number[],
  keys: readonly (readonly number[])[],
  scale: number,
): Promise<number[]> {
  return numbersOf(() => {
    const q = tf.tensor3d([...query], [1, 1, query.length]);
    const k = tf.tensor3d(keys.flat(), [1, keys.length, query.length]);
    return attentionStages(q, k, { score: dotScoreWith(scale) }).probabilities;
  });
}
