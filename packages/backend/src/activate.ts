import * as tf from "@tensorflow/tfjs-core";
import { ensureGradient, FUSED_KERNELS, hasKernel, runFusedFirst } from "./fusedKernel.ts";

/** `gelu` is the exact one (erf); `geluTanh` is its tanh approximation. */
export type Activation = "relu" | "gelu" | "geluTanh" | "silu";

/**
 * `activation` of every element.
 *
 * Kernels: QkvActivate `{ x }` -> y; QkvActivateGradient `{ x, dy }` -> dx; both with `{ activation }`.
 *
 * @param x [...]
 * @returns [...]
 */
export function activate(x: tf.Tensor, activation: Activation): tf.Tensor {
  if (!hasKernel(FUSED_KERNELS.activate)) {
    return tf.tidy(() => composedActivate(x, activation));
  }
  ensureGradient(gradient);
  return runFusedFirst(FUSED_KERNELS.activate, { x }, { activation });
}

function composedActivate(x: tf.Tensor, activation: Activation): tf.Tensor {
  switch (activation) {
    case "relu":
      return tf.relu(x);
    case "gelu":
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
    case "geluTanh": {
      const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
    }
    case "silu":
      return tf.mul(x, tf.sigmoid(x));
    default:
      throw new TypeError(`activate: expected relu, gelu, geluTanh or silu, got ${String(activation)}`);
  }
}

const gradient: tf.GradConfig = {
  kernelName: FUSED_KERNELS.activate,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => ({
    x: () => runFusedFirst(FUSED_KERNELS.activateGradient, { x: saved[0], dy: dy as tf.Tensor }, attrs),
  }),
};
