import type { FusedActivation } from "@qkv/ops";
import { backend_util } from "@tensorflow/tfjs-core";

/** Value and slope of each activation, as expressions of `a`. */
export const ACTIVATIONS: Readonly<Record<FusedActivation, { readonly value: string; readonly slope: string }>> = {
  relu: { value: "select(a, 0.0, a < 0.0)", slope: "f32(a > 0.0)" },
  gelu: { value: "a * normalCdf(a)", slope: "normalCdf(a) + a * normalPdf(a)" },
  geluTanh: { value: "a * sigmoid(tanhInner(a))", slope: "gatedSlope(a, sigmoid(tanhInner(a)), tanhInnerSlope(a))" },
  quickGelu: { value: "a * sigmoid(1.702 * a)", slope: "gatedSlope(a, sigmoid(1.702 * a), 1.702)" },
  silu: { value: "a * sigmoid(a)", slope: "gatedSlope(a, sigmoid(a), 1.0)" },
};

const { ERF_P, ERF_A1, ERF_A2, ERF_A3, ERF_A4, ERF_A5 } = backend_util;

/** The functions that activations are made of. */
export const ACTIVATION_FUNCTIONS = /* wgsl */ `
  fn sigmoid(a: f32) -> f32 {
    let e = exp(-abs(a)); // never overflows
    return select(e, 1.0, a >= 0.0) / (1.0 + e);
  }
  // The slope of a gate(a), where the gate is a sigmoid of value s of something with this slope.
  fn gatedSlope(a: f32, s: f32, innerSlope: f32) -> f32 {
    return s + a * s * (1.0 - s) * innerSlope;
  }
  // (1 + tanh(u)) / 2 is the sigmoid of 2 u.
  fn tanhInner(a: f32) -> f32 {
    return ${2 * Math.sqrt(2 / Math.PI)} * a * (1.0 + 0.044715 * a * a);
  }
  fn tanhInnerSlope(a: f32) -> f32 {
    return ${2 * Math.sqrt(2 / Math.PI)} * (1.0 + 0.134145 * a * a);
  }
  fn normalPdf(a: f32) -> f32 {
    return ${1 / Math.sqrt(2 * Math.PI)} * exp(-0.5 * a * a);
  }
  // By the error function of Abramowitz and Stegun, 7.1.26, good to 1.5e-7 and the one of all tfjs.
  fn normalCdf(a: f32) -> f32 {
    let t = 1.0 / (1.0 + ${ERF_P * Math.SQRT1_2} * abs(a));
    let terms = ((((${ERF_A5} * t + ${ERF_A4}) * t + ${ERF_A3}) * t + ${ERF_A2}) * t + ${ERF_A1}) * t;
    let tail = 0.5 * terms * exp(-0.5 * a * a);
    return select(tail, 1.0 - tail, a >= 0.0);
  }`;

/** An activation, as an expression of `a` with those functions. */
export function activationValue(activation: FusedActivation): string {
  return ACTIVATIONS[activation].value;
}
