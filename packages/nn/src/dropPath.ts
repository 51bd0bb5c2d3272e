import { checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { dropout } from "./dropout.ts";
import type { RandomStream } from "./randomStream.ts";

/**
 * What a residual branch gives, whole or not at all: each example of the batch loses it with probability `rate`, and
 * the others' is scaled up to keep the mean (stochastic depth, arXiv:1603.09382). A copy of `x` without a stream.
 *
 * @param x [B, ...]
 * @returns [B, ...]
 */
export function dropPath<T extends tf.Tensor>(x: T, rate: number, random: RandomStream | undefined): T {
  checkTensor("dropPath", "x", x, "[...]");
  if (random === undefined || rate === 0) return tf.clone(x);
  return tf.tidy(() => {
    const examples = tf.ones([x.shape[0] ?? 0, ...Array<number>(x.rank - 1).fill(1)]);
    return tf.mul(x, dropout(examples, rate, random)) as T;
  });
}
