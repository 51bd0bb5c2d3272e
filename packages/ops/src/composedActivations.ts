import * as tf from "@tensorflow/tfjs-core";

/** The activations that kernels may support. */
export type FusedActivation = "relu" | "gelu" | "geluTanh" | "silu" | "quickGelu";

/** The activations that are compositions of tfjs operations on every backend. */
export type PlainActivation =
  | "linear"
  | "tanh"
  | "sigmoid"
  | "geluClipped"
  | "laplace"
  | "leakyRelu"
  | "relu6"
  | "reluSquared"
  | "hardSwish"
  | "mish";

/** Every activation as tfjs operations, element by element. */
export const COMPOSED_ACTIVATIONS: Readonly<Record<FusedActivation | PlainActivation, (x: tf.Tensor) => tf.Tensor>> = {
  relu: (x) => tf.relu(x),
  gelu,
  geluTanh: (x) => {
    const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
    return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
  },
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
  linear: (x) => tf.clone(x),
  tanh: (x) => tf.tanh(x),
  sigmoid: (x) => tf.sigmoid(x),
  quickGelu: (x) => tf.mul(x, tf.sigmoid(tf.mul(x, 1.702))), // CLIP's, https://github.com/hendrycks/GELUs
  geluClipped: (x) => tf.clipByValue(gelu(x), -10, 10), // https://arxiv.org/abs/2004.09602
  // MEGA's, https://arxiv.org/abs/2209.10655: the normal distribution of this mean and deviation
  laplace: (x) => tf.mul(tf.add(tf.erf(tf.mul(tf.sub(x, 0.707107), Math.SQRT1_2 / 0.282095)), 1), 0.5),
  leakyRelu: (x) => tf.sub(tf.relu(x), tf.mul(tf.relu(tf.neg(x)), 0.01)),
  relu6: (x) => tf.clipByValue(x, 0, 6),
  reluSquared: (x) => tf.square(tf.relu(x)), // Primer's, https://arxiv.org/abs/2109.08668
  hardSwish: (x) => tf.mul(x, tf.div(tf.clipByValue(tf.add(x, 3), 0, 6), 6)), // https://arxiv.org/abs/1905.02244
  mish: (x) => tf.mul(x, tf.tanh(tf.softplus(x))), // https://arxiv.org/abs/1908.08681
};

function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}
