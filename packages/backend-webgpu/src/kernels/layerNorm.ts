import { type Kernel, matrixOf, type Tensors } from "../kernel.ts";
import { f32, i32, runShader } from "../runShader.ts";
import { shader } from "../shader.ts";
import { columnSumOf, ROWS_PER_SUM } from "./columnSum.ts";
import { rowShader, runRows } from "./rowShader.ts";

/** QkvLayerNorm. */
export const layerNorm: Kernel = (backend, inputs, attrs) => {
  const { x, weight, bias } = inputs as Tensors<"x" | "weight" | "bias">;
  const matrix = matrixOf(x);
  const { y, mean, rstd } = runRows(backend, forward, matrix, {
    inputs: { x, weight, bias },
    outputs: { y: x.shape, mean: [matrix.rows], rstd: [matrix.rows] },
    uniforms: { eps: f32((attrs as { eps: number }).eps) },
  });
  return [y, mean, rstd];
};

/** QkvLayerNormGradient. */
export const layerNormGradient: Kernel = (backend, inputs) => {
  const { x, weight, mean, rstd, dy } = inputs as Tensors<"x" | "weight" | "mean" | "rstd" | "dy">;
  const { rows, width } = matrixOf(x);
  const { dx } = runRows(
    backend,
    backward,
    { rows, width },
    {
      inputs: { x, weight, mean, rstd, dy },
      outputs: { dx: x.shape },
    },
  );
  const parts = Math.ceil(rows / ROWS_PER_SUM);
  const { dweight, dbias } = runShader(backend, {
    shader: parameterGradients(),
    inputs: { x, mean, rstd, dy },
    outputs: { dweight: [parts, width], dbias: [parts, width] },
    uniforms: { rows: i32(rows), width: i32(width) },
    threads: 64,
    groups: Math.ceil((parts * width) / 64),
  });
  return [dx, columnSumOf(backend, dweight), columnSumOf(backend, dbias)];
};

const forward = rowShader(
  "layerNorm",
  /* wgsl */ `
  var sum = 0.0;
  for (var i = lane; i < uniforms.width; i += LANES) {
    sum += x[start + i];
  }
  let center = rowSum(sum) / f32(uniforms.width);
  var squares = 0.0;
  for (var i = lane; i < uniforms.width; i += LANES) {
    let c = x[start + i] - center;
    squares += c * c;
  }
  let scale = inverseSqrt(rowSum(squares) / f32(uniforms.width) + uniforms.eps);
  for (var i = lane; alive && i < uniforms.width; i += LANES) {
    result[start + i] = (x[start + i] - center) * scale * weight[i] + bias[i];
  }
  if (alive && lane == 0) {
    mean[row] = center;
    rstd[row] = scale;
  }`,
);

// With n = (x - mean) rstd and g = dy weight: dx = rstd (g - mean(g) - n mean(g n)).
const backward = rowShader(
  "layerNormGradient",
  /* wgsl */ `
  let center = mean[row];
  let scale = rstd[row];
  var sumG = 0.0;
  var sumGN = 0.0;
  for (var i = lane; i < uniforms.width; i += LANES) {
    let g = dy[start + i] * weight[i];
    sumG += g;
    sumGN += g * (x[start + i] - center) * scale;
  }
  let meanG = rowSum(sumG) / f32(uniforms.width);
  let meanGN = rowSum(sumGN) / f32(uniforms.width);
  for (var i = lane; alive && i < uniforms.width; i += LANES) {
    let g = dy[start + i] * weight[i];
    let n = (x[start + i] - center) * scale;
    result[start + i] = scale * (g - meanG - n * meanGN);
  }`,
);

// dweight = sum over rows of dy n, dbias = sum over rows of dy: of as many rows as one thread takes, as in columnSum.
const parameterGradients = shader(
  "layerNormParameterGradients",
  () => /* wgsl */ `
  fn main(index: i32) {
    let part = index / uniforms.width;
    let column = index % uniforms.width;
    let end = min((part + 1) * ${ROWS_PER_SUM}, uniforms.rows);
    var sumDN = 0.0;
    var sumD = 0.0;
    for (var row = part * ${ROWS_PER_SUM}; row < end; row++) {
      let at = row * uniforms.width + column;
      sumDN += dy[at] * (x[at] - mean[row]) * rstd[row];
      sumD += dy[at];
    }
    if (part * ${ROWS_PER_SUM} < uniforms.rows) {
      result[index] = sumDN;
      dbias[index] = sumD;
    }
  }`,
);
