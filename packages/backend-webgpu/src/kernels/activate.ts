import type { FusedActivation } from "@qkv/ops";
import { ACTIVATION_FUNCTIONS, ACTIVATIONS } from "../activationText.ts";
import { type Kernel, sizeOf, type Tensors } from "../kernel.ts";
import { elementShader, runElements } from "./elementShader.ts";

/** QkvActivate. */
export const activate: Kernel = (backend, inputs, attrs) => {
  const { x } = inputs as Tensors<"x">;
  const shader = valueShader(activationOf(attrs));
  return runElements(backend, shader, sizeOf(x), { inputs: { x }, outputs: { y: x.shape } }).y;
};

/** QkvActivateGradient. */
export const activateGradient: Kernel = (backend, inputs, attrs) => {
  const { x, dy } = inputs as Tensors<"x" | "dy">;
  const shader = slopeShader(activationOf(attrs));
  return runElements(backend, shader, sizeOf(x), { inputs: { x, dy }, outputs: { dx: x.shape } }).dx;
};

const valueShader = elementShader(
  "activate",
  (activation: FusedActivation) => `let a = x[i]; result[i] = ${ACTIVATIONS[activation].value};`,
  ACTIVATION_FUNCTIONS,
);

const slopeShader = elementShader(
  "activateGradient",
  (activation: FusedActivation) => `let a = x[i]; result[i] = dy[i] * (${ACTIVATIONS[activation].slope});`,
  ACTIVATION_FUNCTIONS,
);

function activationOf(attrs: unknown): FusedActivation {
  const { activation } = attrs as { readonly activation: FusedActivation };
  if (!Object.hasOwn(ACTIVATIONS, activation)) {
    throw new TypeError(`activate: expected ${Object.keys(ACTIVATIONS).join(", ")}, got ${activation}`);
  }
  return activation;
}
