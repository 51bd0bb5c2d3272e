import * as tf from "@tensorflow/tfjs-core";

/** Creates the initial value of a parameter; the same seed gives the same value. */
export type Initializer = (shape: number[], seed: number) => tf.Tensor;

/** Zeros, the initial value of a bias. */
export const zeros: Initializer = (shape) => tf.zeros(shape);

/** Ones, the initial weight of a norm. */
export const ones: Initializer = (shape) => tf.ones(shape);

/** Normal values around 0 with the given standard deviation. */
export function normal(std: number): Initializer {
  return (shape, seed) => tf.randomNormal(shape, 0, std, "float32", seed);
}

/**
 * Uniform values in ±sqrt(6 / (fanIn + fanOut)), for a weight of [out, in] (Glorot and Bengio 2010, equation 16).
 */
export const xavierUniform: Initializer = (shape, seed) => {
  const limit = Math.sqrt(6 / ((shape[0] ?? 1) + (shape[1] ?? 1)));
  return tf.randomUniform(shape, -limit, limit, "float32", seed);
};
