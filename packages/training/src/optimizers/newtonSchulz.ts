import * as tf from "@tensorflow/tfjs-core";

// Chosen by Keller Jordan for the steepest start: five rounds bring every singular value to about 0.7 to 1.2.
const [A, B, C] = [3.4445, -4.775, 2.0315];
const ROUNDS = 5;

/**
 * Orthogonalizes matrices: the directions of `x` with singular values of about 1, by the Newton-Schulz iteration
 * (https://kellerjordan.github.io/posts/muon).
 *
 * @param x [K, R, C]
 * @returns [K, R, C]
 */
export function newtonSchulz(x: tf.Tensor3D): tf.Tensor3D {
  const tall = x.shape[1] > x.shape[2]; // the product with itself is the smaller the other way round
  return tf.tidy(() => {
    const norm = tf.sqrt(tf.sum(tf.square(x), [1, 2], true));
    let y = tf.div(tall ? tf.transpose(x, [0, 2, 1]) : x, tf.maximum(norm, 1e-7)) as tf.Tensor3D;
    for (let round = 0; round < ROUNDS; round++) {
      const gram = tf.matMul(y, y, false, true);
      const polynomial = tf.add(tf.mul(gram, B), tf.mul(tf.matMul(gram, gram), C)) as tf.Tensor3D;
      y = tf.add(tf.mul(y, A), tf.matMul(polynomial, y));
    }
    return tall ? tf.transpose(y, [0, 2, 1]) : y;
  });
}
