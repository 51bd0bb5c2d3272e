import * as tf from "@tensorflow/tfjs-core";
import { checkTensor } from "./checks/argumentChecks.ts";
import { COMPOSED_ACTIVATIONS, type FusedActivation, type PlainActivation } from "./composedActivations.ts";
import { ensureGradient, FUSED_KERNELS, hasKernel, runFusedFirst } from "./fusedKernel.ts";

/** `gelu` is the exact one (erf); `geluTanh` is its tanh approximation, `quickGelu` its sigmoid approximation. */
export type Activation = FusedActivation | PlainActivation;

const FUSED: ReadonlySet<string> = new Set<FusedActivation>(["relu", "gelu", "geluTanh", "silu", "quickGelu"]);

/** Whether fused kernels support the activation. */
export function isFusedActivation(activation: Activation): activation is FusedActivation {
  return FUSED.has(activation);
}

/**
 * Applies `activation` to every element.
 *
 * Kernels: QkvActivate `{ x }` -> y; QkvActivateGradient `{ x, dy }` -> dx; both with `{ activation }`, a
 * `FusedActivation`; the others are always composed.
 *
 * @param x [...]
 * @returns [...]
 * @throws TypeError if there is no such activation
 */
export function activate(x: tf.Tensor, activation: Activation): tf.Tensor {
  if (!Object.hasOwn(COMPOSED_ACTIVATIONS, activation)) {
    const known = Object.keys(COMPOSED_ACTIVATIONS).join(", ");
    throw new TypeError(`activate: expected one of ${known}, got ${String(activation)}`);
  }
  checkTensor("activate", "x", x, "[...]");
  if (!FUSED.has(activation) || !hasKernel(FUSED_KERNELS.activate)) {
    return tf.tidy(() => COMPOSED_ACTIVATIONS[activation](x));
  }
  ensureGradient(gradient);
  return runFusedFirst(FUSED_KERNELS.activate, { x }, { activation });
}

const gradient: tf.GradConfig = {
  kernelName: FUSED_KERNELS.activate,
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => ({
    x: () => runFusedFirst(FUSED_KERNELS.activateGradient, { x: saved[0], dy: dy as tf.Tensor }, attrs),
  }),
};
