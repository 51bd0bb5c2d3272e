import * as tf from "@tensorflow/tfjs-core";
import { checkTensor } from "../checks/argumentChecks.ts";

/** Computes `f(x)` with a gradient of zero (stop-gradient): nothing that `f` does is held for a backward pass. */
export function stopGradient(x: tf.Tensor, f: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  checkTensor("stopGradient", "x", x, "[...]");
  const { shape } = x;
  const constant = tf.customGrad((x) => ({
    value: f(x as tf.Tensor),
    gradFunc: () => tf.zeros(shape),
  }));
  return constant(x);
}

/** Copies `x` with a gradient of zero (stop-gradient). */
export function withoutGradient(x: tf.Tensor): tf.Tensor {
  return stopGradient(x, tf.clone);
}
