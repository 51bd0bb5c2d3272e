import * as tf from "@tensorflow/tfjs-core";

/** `f(x)`, of the shape of `x`, as a number that nothing is learned through: its gradient is zero. */
export function constantOf(x: tf.Tensor, f: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const constant = tf.customGrad((x) => ({
    value: f(x as tf.Tensor),
    gradFunc: (dy) => tf.zerosLike(dy as tf.Tensor),
  }));
  return constant(x);
}

/** `x` as a number that nothing is learned through. */
export function withoutGradient(x: tf.Tensor): tf.Tensor {
  return constantOf(x, tf.clone);
}
