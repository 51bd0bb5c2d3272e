import type { AttentionAttrs } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import type { GpuBackend } from "../gpuBackend.ts";
import { type Kernel, matrixOf, type Tensors } from "../kernel.ts";
import { f32, i32, runShader, type Uniform } from "../runShader.ts";
import { attentionShader, FACTORS } from "./attentionShader.ts";
import type { Pass } from "./attentionSteps.ts";
import { dropoutUniforms } from "./dropout.ts";
import { rowShader, runRows } from "./rowShader.ts";

type Inputs = Tensors<"q" | "k" | "v" | "mask" | "bias">;

/** QkvAttention. */
export const attention: Kernel = (backend, inputs, attrs) => {
  const { q, k, v, mask, bias } = inputs as Inputs;
  const [batch = 0, ...axes] = q.shape.slice(0, 3);
  const { isRows = false } = attrs as AttentionAttrs;
  const outputs = { y: q.shape, logSumExp: [batch, ...(isRows ? axes.reverse() : axes)] };
  const { y, logSumExp } = runPass(backend, "y", { q, k, v, mask, bias }, attrs as AttentionAttrs, outputs);
  return [y, logSumExp];
};

/** QkvAttentionGradient: a pass for each gradient, which recomputes the weights tile by tile. */
export const attentionGradient: Kernel = (backend, inputs, attrs) => {
  const { q, k, v, mask, bias, y, logSumExp, dy } = inputs as Inputs & Tensors<"y" | "logSumExp" | "dy">;
  const { saved } = runRows(backend, rowsOfGradient, matrixOf(y), {
    inputs: { y, dy, logSumExp },
    outputs: { saved: [...logSumExp.shape, 2] },
  });
  const gradient = (pass: "dq" | "dk" | "dv", { shape }: tf.TensorInfo) =>
    runPass(backend, pass, { q, k, v, mask, bias, dy, saved }, attrs as AttentionAttrs, { gradient: shape }).gradient;
  const gradients = [gradient("dq", q), gradient("dk", k), gradient("dv", v)];
  backend.disposeData(saved.dataId);
  return gradients;
};

// The logsumexp of each query, and the sum of dy y over its row, which the gradients of its scores share.
const rowsOfGradient = rowShader(
  "attentionRows",
  /* wgsl */ `
  var product = 0.0;
  for (var i = lane; i < uniforms.width; i += LANES) {
    product += y[start + i] * dy[start + i];
  }
  let sum = rowSum(product);
  if (alive && lane == 0) {
    result[2 * row] = logSumExp[row];
    result[2 * row + 1] = sum;
  }`,
);

function runPass<Output extends string>(
  backend: GpuBackend,
  pass: Pass,
  inputs: Inputs & Partial<Tensors<"dy" | "saved">>,
  { scale, causal, dropout, isRows = false }: AttentionAttrs,
  outputs: Readonly<Record<Output, readonly number[]>>,
) {
  const { q, k, mask, bias, saved } = inputs;
  const [headAxis, rowAxis] = isRows ? [2, 1] : [1, 2];
  const [batch = 0, heads = 0, queries = 0, width = 0] = [0, headAxis, rowAxis, 3].map((axis) => q.shape[axis]);
  const keys = k.shape[rowAxis] ?? 0;
  const [hasMask, hasBias] = [mask.shape.length === 4, bias.shape.length === 4];
  const rows = pass === "y" || pass === "dq" ? queries : keys;
  const blocks = rows <= 8 ? 1 : width > 128 ? 2 : 4; // of 8 rows: for one step of decoding fewer, for wide heads too
  const tiles = Math.ceil(rows / (8 * blocks));
  const aligned = width % 4 === 0;
  const half = backend.choices.float16 && pass === "y"; // gradients would underflow in 16 bits
  const uniforms: Record<string, Uniform> = {
    ...{ queries: i32(queries), keys: i32(keys), heads: i32(heads), scale: f32(scale) },
    ...{ width: i32(width), vectors: i32(Math.ceil(width / 4)), past: i32(causal ? keys - queries : keys) },
    ...{ tiles: i32(tiles), groups: i32(batch * heads * tiles) },
    ...(hasMask && { maskStrides: i32(...broadcastStrides(mask)) }),
    ...(hasBias && { biasStrides: i32(...broadcastStrides(bias)) }),
    ...(dropout && dropoutUniforms(dropout)),
  };
  return runShader(backend, {
    shader: attentionShader(
      pass,
      blocks,
      Math.ceil(width / 32),
      aligned,
      hasMask,
      hasBias,
      dropout !== undefined,
      half,
      isRows,
    ),
    inputs: {
      ...Object.fromEntries(FACTORS[pass].map((name) => [name, inputs[name] as tf.TensorInfo])),
      ...(saved && { saved }),
      ...(hasMask && { mask }),
      ...(hasBias && { bias }),
    },
    outputs,
    uniforms,
    vectors: aligned ? ["q", "k", "v", "dy", "result"] : [],
    threads: 64,
    groups: batch * heads * tiles,
  });
}

/** The step of each axis in elements: 0 where the tensor, of rank 4, is broadcast. */
function broadcastStrides({ shape: [b = 1, h = 1, q = 1, k = 1] }: tf.TensorInfo): number[] {
  return [b === 1 ? 0 : h * q * k, h === 1 ? 0 : q * k, q === 1 ? 0 : k, k === 1 ? 0 : 1];
}
