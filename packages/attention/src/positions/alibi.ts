import { checkBackend } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { checkInteger } from "../checks/argumentChecks.ts";

/**
 * The slopes of the heads' linear biases (ALiBi): a geometric series from 2^(-8 / H), and for a number of heads that is
 * no power of two, the series of the next lower power, then every other of the next higher one's (arXiv:2108.12409,
 * section 3; its authors' code).
 *
 * @throws RangeError unless there is a head
 */
export function alibiSlopes(numHeads: number): Float32Array {
  checkInteger("alibiSlopes", "numHeads", numHeads, 1);
  const power = 2 ** Math.floor(Math.log2(numHeads));
  return Float32Array.from({ length: numHeads }, (_, i) =>
    i < power ? 2 ** ((-8 * (i + 1)) / power) : 2 ** ((-4 * (2 * (i - power) + 1)) / power),
  );
}

/**
 * Computes the bias of attention with linear biases (ALiBi): each head's slope times the distance, below zero. The last
 * query lines up with the last key.
 *
 * For causal attention, `queries: 1` serves any number of queries without a [Q, K] array: moving by a position adds the
 * same to all of a query's scores, which the softmax takes out again.
 *
 * @returns [1, H, Q, K]
 * @throws RangeError unless there is a head, a key and a query
 */
export function alibiBias(numHeads: number, keys: number, queries = 1): tf.Tensor4D {
  checkBackend("alibiBias");
  checkInteger("alibiBias", "keys", keys, 1);
  checkInteger("alibiBias", "queries", queries, 1);
  const slopes = alibiSlopes(numHeads);
  return tf.tidy(() => {
    const i = tf.reshape(tf.range(keys - queries, keys), [1, 1, queries, 1]);
    const distance = tf.abs(tf.sub(tf.reshape(tf.range(0, keys), [1, 1, 1, keys]), i));
    return tf.mul(distance, tf.reshape(tf.neg(tf.tensor1d(slopes)), [1, numHeads, 1, 1])) as tf.Tensor4D;
  });
}
