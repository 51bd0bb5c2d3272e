import { checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { dropout } from "./dropout.ts";
import type { RandomStream } from "./randomStream.ts";

/**
 * Drops the output of a residual branch for whole examples (stochastic depth, arXiv:1603.09382): each example of the
 * batch loses it with probability `rate`, and the others' is scaled up to keep the mean. Without a random stream,
 * copies `x`.
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
