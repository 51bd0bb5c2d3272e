import { checkTensor, dropout as dropoutWithSeed } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { RandomStream } from "./randomStream.ts";

/**
 * `x` with a share `rate` of its values set to 0 and the others scaled up to keep the mean, or a copy of `x` when there
 * is no stream to draw from, which is how a model is run outside training.
 */
export function dropout<T extends tf.Tensor>(x: T, rate: number, random: RandomStream | undefined): T {
  checkTensor("dropout", "x", x, "[...]");
  if (random === undefined || rate === 0) return tf.clone(x);
  return dropoutWithSeed(x, rate, random.next()) as T;
}
