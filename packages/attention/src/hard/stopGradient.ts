import * as tf from "@tensorflow/tfjs-core";

/** Computes `f(x)`, of the shape of `x`, with a gradient of zero (stop-gradient). */
export function stopGradient(x: tf.Tensor, f: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const constant = tf.customGrad((x) => ({
    value: f(x as tf.Tensor),
    gradFunc: (dy) => tf.zerosLike(dy as tf.Tensor),
  }));
  return constant(x);
}

/** Copies `x` with a gradient of zero (stop-gradient). */
export function withoutGradient(x: tf.Tensor): tf.Tensor {
  return stopGradient(x, tf.clone);
}
