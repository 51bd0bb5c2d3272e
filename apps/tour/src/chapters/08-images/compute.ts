import { attentionStages, cosineScore, scaledDotScore, slidingWindowMask } from "@qkv/attention";
import * as tf from "@tensorflow/tfjs-core";
import { numbersOf } from "../../compute/numbersOf.ts";
import { PICTURE, SIDE } from "./picture.ts";

/** Weights of one patch over all patches of the picture, by what is in them. */
export function patchWeights(patch: number, chosen: number, sharpness: number): Promise<number[]> {
  return numbersOf(() => {
    const count = SIDE / patch;
    const image = tf.tensor2d([...PICTURE], [SIDE, SIDE]);
    const cut = tf.transpose(tf.reshape(image, [count, patch, count, patch]), [0, 2, 1, 3]);
    const patches = tf.sub(tf.reshape(cut, [1, count * count, patch * patch]), 0.35) as tf.Tensor3D;
    const query = tf.slice(patches, [0, chosen, 0], [1, 1, -1]);
    return attentionStages(query, patches, { score: cosineScore(sharpness) }).probabilities;
  });
}

/** Weights of a sliding window over a sequence, [length * length]. */
export function windowWeights(length: number, before: number): Promise<number[]> {
  return numbersOf(() => {
    const x = tf.randomNormal<tf.Rank.R3>([1, length, 8], 0, 0.7, "float32", 4);
    const mask = slidingWindowMask(length, length, { before, after: 0 });
    return attentionStages(x, x, { score: scaledDotScore, mask }).probabilities;
  });
}
