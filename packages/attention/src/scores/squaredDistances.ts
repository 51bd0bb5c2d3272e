import * as tf from "@tensorflow/tfjs-core";

/**
 * Computes |q - k|² of every query and key, as |q|² - 2 q·k + |k|², without a [Q, K, D] array in memory.
 *
 * @param queries [..., Q, D]
 * @param keys [..., K, D]
 * @returns [..., Q, K], never below 0
 */
export function squaredDistances(queries: tf.Tensor, keys: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const q = tf.sum(tf.square(queries), -1, true); // [..., Q, 1]
    const k = tf.expandDims(tf.sum(tf.square(keys), -1), -2); // [..., 1, K]
    return tf.relu(tf.add(tf.sub(q, tf.mul(tf.matMul(queries, keys, false, true), 2)), k));
  });
}
