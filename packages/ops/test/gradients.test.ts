import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { activate, attention, crossEntropy, dropout, embedding, layerNorm, linear, softmax } from "@qkv/ops";
import { checkGradients, describeBackends } from "@qkv/testing";

type Case = [name: string, f: (...xs: tf.Tensor[]) => tf.Tensor, ...shapes: number[][]];

/** Values between 0.2 and 1.2, away from where anything here has an edge. */
const positive = (shape: number[], phase: number) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => 0.7 + 0.5 * Math.sin(2.1 * i + phase)),
    shape,
  );

const ids = () => tf.tensor1d([2, 0, 2, 1], "int32");

const CASES: Case[] = [
  ["abs", (x) => tf.abs(tf.neg(x)), [5]],
  ["cos", (x) => tf.cos(x), [5]],
  ["sin", (x) => tf.sin(x), [5]],
  ["erf", (x) => tf.erf(x), [5]],
  ["exp", (x) => tf.exp(x), [5]],
  ["expm1", (x) => tf.expm1(x), [5]],
  ["log", (x) => tf.log(x), [5]],
  ["log1p", (x) => tf.log1p(x), [5]],
  ["reciprocal", (x) => tf.reciprocal(x), [5]],
  ["relu", (x) => tf.relu(tf.sub(x, 0.15)), [5]],
  ["rsqrt", (x) => tf.rsqrt(x), [5]],
  ["sigmoid", (x) => tf.sigmoid(x), [5]],
  ["softplus", (x) => tf.softplus(x), [5]],
  ["sqrt", (x) => tf.sqrt(x), [5]],
  ["square", (x) => tf.square(x), [5]],
  ["tanh", (x) => tf.tanh(x), [5]],
  ["clipByValue", (x) => tf.clipByValue(x, 0.1, 2), [5]],
  ["add", (x, y) => tf.add(x, y), [3, 5], [5]],
  ["sub", (x, y) => tf.sub(x, y), [3, 5], [3, 1]],
  ["mul", (x, y) => tf.mul(x, y), [2, 3, 5], [3, 1]],
  ["div", (x, y) => tf.div(x, y), [3, 5], [1, 5]],
  ["maximum", (x, y) => tf.maximum(x, tf.add(y, 2)), [3], [3]],
  ["minimum", (x, y) => tf.minimum(x, tf.add(y, 2)), [3], [3]],
  ["pow", (x, y) => tf.pow(x, y), [3, 2], [2]],
  ["squaredDifference", (x, y) => tf.squaredDifference(x, y), [3, 5], [5]],
  ["addN", (x, y) => tf.addN([x, y, x]), [3], [3]],
  ["where", (x, y) => tf.where(tf.tensor1d([1, 0, 1], "bool"), x, y), [3], [3]],
  ["sum", (x) => tf.sum(x, [0, 2]), [2, 3, 5]],
  ["mean", (x) => tf.mean(x, -1, true), [2, 3]],
  ["max", (x) => tf.max(x, 1), [2, 3]],
  ["min", (x) => tf.min(x, 1), [2, 3]],
  ["softmax", (x) => tf.softmax(x), [2, 3]],
  ["logSoftmax", (x) => tf.logSoftmax(x), [2, 3]],
  ["cumsum", (x) => tf.cumsum(x, 1), [2, 3]],
  ["transpose", (x) => tf.transpose(x, [1, 2, 0]), [2, 3, 5]],
  ["expandDims", (x) => tf.expandDims(x, 1), [2, 3]],
  ["broadcastTo", (x) => tf.broadcastTo(x, [2, 3, 5]), [3, 1]],
  ["tile", (x) => tf.tile(x, [2, 3]), [2, 3]],
  ["tile of some axes", (x) => tf.tile(x, [1, 3, 1, 2]), [2, 1, 3, 2]],
  ["unstack into one", (x) => tf.unstack(x, 1)[0] as tf.Tensor, [3, 1]],
  ["split into one", (x) => tf.split(x, 1, 1)[0] as tf.Tensor, [3, 2]],
  ["concat", (x, y) => tf.concat([x, y], 1), [2, 3], [2, 1]],
  ["slice", (x) => tf.slice(x, [0, 1], [-1, 2]), [2, 5]],
  ["split", (x) => tf.mul(...(tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor])), [2, 6]],
  ["stack", (x, y) => tf.stack([x, y], 1), [3], [3]],
  ["unstack", (x) => tf.mul(...(tf.unstack(x, 1) as [tf.Tensor, tf.Tensor])), [3, 2]],
  [
    "pad",
    (x) =>
      tf.pad(x, [
        [1, 0],
        [0, 2],
      ]),
    [2, 3],
  ],
  ["reverse", (x) => tf.reverse(x, 0), [3, 2]],
  ["gather rows", (x) => tf.gather(x, ids()), [3, 2]],
  ["gather columns", (x) => tf.gather(x, ids(), 1), [2, 3]],
  ["unsortedSegmentSum", (x) => tf.unsortedSegmentSum(x, tf.tensor1d([2, -1, 2], "int32"), 3), [3, 2]],
  ["matMul", (x, y) => tf.matMul(x as tf.Tensor3D, y as tf.Tensor3D), [2, 3, 5], [1, 5, 2]],
  ["matMul AᵀBᵀ", (x, y) => tf.matMul(x as tf.Tensor2D, y as tf.Tensor2D, true, true), [5, 3], [2, 5]],
  ["linear", (x, w, b) => linear(x, w, b, "silu"), [2, 3], [5, 3], [5]],
  ["gelu", (x) => activate(tf.sub(x, 0.7), "gelu"), [7]],
  ["geluTanh", (x) => activate(tf.sub(x, 0.7), "geluTanh"), [7]],
  ["layerNorm", (x, w, b) => layerNorm(x, w, b, 1e-5), [3, 5], [5], [5]],
  ["fused softmax", (x) => softmax(x), [3, 5]],
  ["crossEntropy", (x) => crossEntropy(x, ids(), { labelSmoothing: 0.1, ignoreIndex: 1 }), [4, 5]],
  ["dropout", (x) => dropout(x, 0.4, 3), [11]],
  ["embedding", (x) => embedding(x, ids()), [3, 2]],
  [
    "attention",
    (q, k, v, bias) => attention(q, k, v, { bias, causal: true, dropout: { rate: 0.3, seed: 2 } }),
    ...[
      [1, 2, 3, 5],
      [1, 2, 4, 5],
      [1, 2, 4, 5],
      [2, 1, 4],
    ],
  ],
];

describeBackends("gradients equal finite differences", () => {
  test.each(CASES)("%s", async (_name, f, ...shapes) => {
    const inputs = shapes.map((shape, i) => positive(shape, i));
    try {
      await checkGradients(f, inputs);
    } finally {
      tf.dispose(inputs);
    }
  });

  test("a gradient that somebody else registered stays", async () => {
    const { registerGradients } = await import("@qkv/ops");
    const theirs = tf.getGradient("Add");
    registerGradients();
    expect(tf.getGradient("Add")).toBe(theirs);
  });
});
