import type { AdamWAttrs } from "@qkv/ops";
import { type Kernel, sizeOf, type Tensors } from "../kernel.ts";
import { f32 } from "../runShader.ts";
import { elementShader, runElements } from "./elementShader.ts";

/** QkvAdamW: writes new tensors, since tfjs may cache the values of the old ones. */
export const adamW: Kernel = (backend, inputs, attrs) => {
  const { parameter, gradient, first, second } = inputs as Tensors<"parameter" | "gradient" | "first" | "second">;
  const { beta1, beta2, gradientScale, decay, stepSize, secondScale, eps } = attrs as AdamWAttrs;
  const { shape } = parameter;
  const next = runElements(backend, shader(), sizeOf(parameter), {
    inputs: { parameter, gradient, first, second },
    outputs: { nextParameter: shape, nextFirst: shape, nextSecond: shape },
    uniforms: {
      beta: f32(beta1, beta2),
      gain: f32(1 - beta1, 1 - beta2), // in float32, 1 - 0.999 would be off by 5e-5 of itself
      gradientScale: f32(gradientScale),
      decay: f32(decay),
      stepSize: f32(stepSize),
      secondScale: f32(secondScale),
      eps: f32(eps),
    },
  });
  return [next.nextParameter, next.nextFirst, next.nextSecond];
};

const shader = elementShader(
  "adamW",
  () => /* wgsl */ `
  let g = gradient[i] * uniforms.gradientScale;
  let m = first[i] * uniforms.beta.x + g * uniforms.gain.x;
  let v = second[i] * uniforms.beta.y + g * g * uniforms.gain.y;
  let deviation = sqrt(v) * uniforms.secondScale + uniforms.eps;
  result[i] = parameter[i] * uniforms.decay - m / deviation * uniforms.stepSize;
  nextFirst[i] = m;
  nextSecond[i] = v;`,
);
