import type * as tf from "@tensorflow/tfjs-core";
import type { GpuBackend } from "../gpuBackend.ts";
import { type Kernel, matrixOf, type Tensors } from "../kernel.ts";
import { i32, runShader } from "../runShader.ts";
import { shader } from "../shader.ts";

/** Number of rows that one thread sums: few enough that a tall matrix keeps a GPU busy. */
export const ROWS_PER_SUM = 64;

/** QkvColumnSum. */
export const columnSum: Kernel = (backend, inputs) => {
  const { x } = inputs as Tensors<"x">;
  backend.incRef(x.dataId);
  return columnSumOf(backend, x);
};

/**
 * The sum over the rows of `x` [N, O], which is disposed of: [O]. Repeats the sums until one row is left, always in the
 * same order.
 */
export function columnSumOf(backend: GpuBackend, x: tf.TensorInfo): tf.TensorInfo {
  const { rows, width } = matrixOf(x);
  const parts = Math.max(1, Math.ceil(rows / ROWS_PER_SUM));
  const { sums } = runShader(backend, {
    shader: sumRows(),
    inputs: { x },
    outputs: { sums: parts === 1 ? [width] : [parts, width] },
    uniforms: { rows: i32(rows), width: i32(width) },
    threads: 64,
    groups: Math.ceil((parts * width) / 64),
  });
  backend.disposeData(x.dataId);
  return parts === 1 ? sums : columnSumOf(backend, sums);
}

// A thread for each column of each part: threads side by side read columns side by side.
const sumRows = shader(
  "columnSum",
  () => /* wgsl */ `
  fn main(index: i32) {
    let part = index / uniforms.width;
    let column = index % uniforms.width;
    let first = part * ${ROWS_PER_SUM};
    let end = min(first + ${ROWS_PER_SUM}, uniforms.rows);
    var sum = 0.0;
    for (var row = first; row < end; row++) {
      sum += x[row * uniforms.width + column];
    }
    if (first < max(uniforms.rows, 1)) {
      result[index] = sum;
    }
  }`,
);
