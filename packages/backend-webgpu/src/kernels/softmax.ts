import { type Kernel, matrixOf, type Tensors } from "../kernel.ts";
import { rowShader, runRows } from "./rowShader.ts";

/**
 * QkvSoftmax: each thread keeps the highest of its elements so far and its sum relative to that, so one pass computes
 * both.
 */
export const softmax: Kernel = (backend, inputs) => {
  const { x } = inputs as Tensors<"x">;
  return runRows(backend, forward, matrixOf(x), { inputs: { x }, outputs: { y: x.shape } }).y;
};

/** QkvSoftmaxGradient. */
export const softmaxGradient: Kernel = (backend, inputs) => {
  const { y, dy } = inputs as Tensors<"y" | "dy">;
  return runRows(backend, backward, matrixOf(y), { inputs: { y, dy }, outputs: { dx: y.shape } }).dx;
};

/** The sum over a row of exp(x - highest) into `total`, with `highest`. */
export const rowExponentials = /* wgsl */ `
  var top = LOWEST;
  var sum = 0.0;
  for (var i = lane; i < uniforms.width; i += LANES) {
    let value = x[start + i];
    let higher = max(top, value);
    sum = sum * exp(top - higher) + exp(value - higher);
    top = higher;
  }
  let highest = rowMax(top);
  let total = rowSum(sum * exp(top - highest));`;

const forward = rowShader(
  "softmax",
  /* wgsl */ `
  ${rowExponentials}
  for (var i = lane; alive && i < uniforms.width; i += LANES) {
    result[start + i] = exp(x[start + i] - highest) / total;
  }`,
);

const backward = rowShader(
  "softmaxGradient",
  /* wgsl */ `
  var product = 0.0;
  for (var i = lane; i < uniforms.width; i += LANES) {
    product += y[start + i] * dy[start + i];
  }
  let mean = rowSum(product);
  for (var i = lane; alive && i < uniforms.width; i += LANES) {
    result[start + i] = y[start + i] * (dy[start + i] - mean);
  }`,
);
