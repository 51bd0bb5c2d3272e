import type { PackedAttrs } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import type { GpuBackend } from "../../gpuBackend.ts";
import { type Kernel, matrixOf, type Tensors } from "../../kernel.ts";
import { i32, runShader } from "../../runShader.ts";
import { FEW_ROWS, fewRowsShader, LANES } from "./fewRows.ts";
import { THREADS, TILE, tileShader } from "./tiles.ts";
import { isWoven, layoutOf, weightUniforms } from "./weightLayout.ts";

/** QkvPackedLinear: the words are unpacked in registers or a tile at a time, and the sums are float32. */
export const packedLinear: Kernel = (backend, inputs, attrs) => {
  const { x, data, bias } = inputs as Tensors<"x" | "data"> & { readonly bias?: tf.TensorInfo };
  const { rows } = matrixOf(x);
  const product = rows <= FEW_ROWS ? fewRows : manyRows;
  const shape = [...x.shape.slice(0, -1), (attrs as PackedAttrs).shape[0] ?? 0];
  return product(backend, { x, data, ...(bias && { bias }) }, rows, attrs as PackedAttrs, shape);
};

/** QkvPackedLinearGradient: back to x. */
export const packedLinearGradient: Kernel = (backend, inputs, attrs) => {
  const { dy, data } = inputs as Tensors<"dy" | "data">;
  const { rows } = matrixOf(dy);
  return manyRows(backend, { dy, data }, rows, attrs as PackedAttrs, [rows, (attrs as PackedAttrs).shape[1] ?? 0]);
};

type Inputs = Readonly<Record<string, tf.TensorInfo>>;

function fewRows(backend: GpuBackend, inputs: Inputs, rows: number, attrs: PackedAttrs, shape: number[]) {
  const [outputs = 0, width = 0] = attrs.shape;
  const layout = layoutOf(attrs.format);
  const aligned = width % 4 === 0;
  const atOnce = [1, 2, 4].find((count) => rows <= count) ?? FEW_ROWS;
  return runShader(backend, {
    shader: fewRowsShader(atOnce, "bias" in inputs, aligned, ...layout),
    inputs,
    outputs: { y: shape },
    uniforms: { ...weightUniforms(attrs), rows: i32(rows) },
    vectors: [...(isWoven(layout) ? ["data"] : []), ...(aligned ? ["x"] : [])],
    threads: LANES,
    groups: Math.ceil(outputs / 4),
  }).y;
}

function manyRows(backend: GpuBackend, inputs: Inputs, rows: number, attrs: PackedAttrs, shape: number[]) {
  const [outputs = 0, width = 0] = attrs.shape;
  const layout = layoutOf(attrs.format);
  const isGradient = "dy" in inputs;
  const aligned = (isGradient ? outputs : width) % 4 === 0;
  return runShader(backend, {
    shader: tileShader(isGradient, "bias" in inputs, aligned, width % 4 === 0, ...layout),
    inputs,
    outputs: { y: shape },
    uniforms: { ...weightUniforms(attrs), rows: i32(rows) },
    vectors: [...(isWoven(layout) ? ["data"] : []), ...(aligned ? ["x", "dy"] : [])],
    threads: THREADS,
    groups: Math.ceil(rows / TILE) * Math.ceil((isGradient ? width : outputs) / TILE),
  }).y;
}
