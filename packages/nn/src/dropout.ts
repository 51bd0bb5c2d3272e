import { checkTensor, dropout as dropoutWithSeed } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { RandomStream } from "./randomStream.ts";

/**
 * Sets a share `rate` of the values of `x` to 0 and scales the others up to keep the mean. Without a random stream, as
 * outside training, copies `x`.
 */
export function dropout<T extends tf.Tensor>(x: T, rate: number, random: RandomStream | undefined): T {
  checkTensor("dropout", "x", x, "[...]");
  if (random === undefined || rate === 0) return tf.clone(x);
  return dropoutWithSeed(x, rate, random.next()) as T;
}
