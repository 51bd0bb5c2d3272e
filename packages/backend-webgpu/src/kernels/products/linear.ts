import type { FusedActivation, PackedAttrs } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import type { GpuBackend } from "../../gpuBackend.ts";
import { type Kernel, matrixOf, type Tensors } from "../../kernel.ts";
import { i32, runShader } from "../../runShader.ts";
import { FEW_ROWS, fewRowsShader, LANES } from "./fewRows.ts";
import { THREADS, tileFor, tileShader } from "./tiles.ts";
import { dataVectors, layoutOf, type WeightAttrs, weightUniforms } from "./weightLayout.ts";
import { weightGradientShader } from "./weightGradient.ts";

type Given<Names extends string> = Tensors<Names> & { readonly bias?: tf.TensorInfo };

/** QkvLinear: in float32, or in tiles of 16 bits with sums of 32 where the backend's choice is `float16`. */
export const linear: Kernel = (backend, inputs, attrs) => {
  const { x, weight, bias } = inputs as Given<"x" | "weight">;
  const { activation } = attrs as { readonly activation?: FusedActivation };
  return forward(backend, { x, data: weight, bias }, { format: "f32", shape: weight.shape }, activation);
};

/** QkvPackedLinear: the words are unpacked in registers or a tile at a time, and the sums are float32. */
export const packedLinear: Kernel = (backend, inputs, attrs) => {
  const { x, data, bias } = inputs as Given<"x" | "data">;
  const { activation, ...weight } = attrs as PackedAttrs & { readonly activation?: FusedActivation };
  return forward(backend, { x, data, bias }, weight, activation);
};

/** QkvLinearGradient: back to x. */
export const linearGradient: Kernel = (backend, inputs) => {
  const { dy, weight } = inputs as Tensors<"dy" | "weight">;
  return backward(backend, { dy, data: weight }, { format: "f32", shape: weight.shape });
};

/** QkvPackedLinearGradient: back to x. */
export const packedLinearGradient: Kernel = (backend, inputs, attrs) => {
  const { dy, data } = inputs as Tensors<"dy" | "data">;
  return backward(backend, { dy, data }, attrs as PackedAttrs);
};

/** QkvLinearWeightGradient. */
export const linearWeightGradient: Kernel = (backend, inputs) => {
  const { x, dy } = inputs as Tensors<"x" | "dy">;
  const [{ rows, width }, { width: outputs }] = [matrixOf(x), matrixOf(dy)];
  const [alignedWidth, alignedOutputs] = [width % 4 === 0, outputs % 4 === 0];
  const { tile, groups } = tileFor(outputs, width);
  return runShader(backend, {
    shader: weightGradientShader(tile, alignedWidth, alignedOutputs),
    inputs: { x, dy },
    outputs: { dw: [outputs, width] },
    uniforms: { ...weightUniforms({ format: "f32", shape: [outputs, width] }), rows: i32(rows) },
    vectors: [...(alignedWidth ? ["x"] : []), ...(alignedOutputs ? ["dy"] : [])],
    threads: THREADS,
    groups,
  }).dw;
};

type Product = Tensors<"x" | "data"> & { readonly bias: tf.TensorInfo | undefined };

function forward(
  backend: GpuBackend,
  { x, data, bias }: Product,
  attrs: WeightAttrs,
  activation: FusedActivation | undefined = undefined,
): tf.TensorInfo {
  const [outputs = 0, width = 0] = attrs.shape;
  const { rows } = matrixOf(x);
  const layout = layoutOf(attrs.format);
  const aligned = width % 4 === 0;
  const epilogue = activation ?? "none";
  const isFew = rows <= FEW_ROWS;
  const atOnce = [1, 2, 4].find((count) => rows <= count) ?? FEW_ROWS;
  const { tile, groups } = tileFor(rows, outputs);
  const half = backend.choices.float16;
  const hasBias = bias !== undefined;
  return runShader(backend, {
    shader: isFew
      ? fewRowsShader(atOnce, hasBias, epilogue, aligned, ...layout)
      : tileShader(tile, half, false, hasBias, epilogue, aligned, aligned, ...layout),
    inputs: { x, data, ...(hasBias && { bias }) },
    outputs: { y: [...x.shape.slice(0, -1), outputs] },
    uniforms: { ...weightUniforms(attrs), rows: i32(rows) },
    vectors: [...dataVectors(layout, aligned), ...(aligned ? ["x"] : [])],
    threads: isFew ? LANES : THREADS,
    groups: isFew ? Math.ceil(outputs / 4) : groups,
  }).y;
}

function backward(backend: GpuBackend, { dy, data }: Tensors<"dy" | "data">, attrs: WeightAttrs): tf.TensorInfo {
  const [outputs = 0, width = 0] = attrs.shape;
  const { rows } = matrixOf(dy);
  const layout = layoutOf(attrs.format);
  const [aligned, alignedWidth] = [outputs % 4 === 0, width % 4 === 0];
  const { tile, groups } = tileFor(rows, width);
  return runShader(backend, {
    shader: tileShader(tile, false, true, false, "none", aligned, alignedWidth, ...layout), // 16 bits would underflow
    inputs: { dy, data },
    outputs: { dx: [...dy.shape.slice(0, -1), width] },
    uniforms: { ...weightUniforms(attrs), rows: i32(rows) },
    vectors: [...dataVectors(layout, alignedWidth), ...(aligned ? ["dy"] : [])],
    threads: THREADS,
    groups,
  }).dx;
}
