// What the layers are besides Keras's numbers: equal to @qkv/attention, differentiable, and strict in what they take.
import { MultiHeadAttention as Attention } from "@qkv/attention";
import { initBackend } from "@qkv/backend";
import { denseOf, Params, type Weight } from "@qkv/nn";
import { checkGradients, expectClose } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MultiHeadAttention } from "./multiHeadAttention.ts";
import { RMSNormalization } from "./rmsNormalization.ts";
import { SinePositionEncoding } from "./sinePositionEncoding.ts";
import { TokenAndPositionEmbedding } from "./tokenAndPositionEmbedding.ts";
import { TransformerDecoder } from "./transformerDecoder.ts";
import { TransformerEncoder } from "./transformerEncoder.ts";

beforeAll(() => initBackend("cpu"));
beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

const tensor = (x: unknown) => x as tf.Tensor;

// tfjs-layers brings tfjs's own gradients, of which these throw.
test.each<[string, number[], (x: tf.Tensor) => tf.Tensor]>([
  ["a difference from a row for all", [5], (x) => tf.squaredDifference(tf.ones([3, 5]), x)],
  ["a product with one matrix for all", [1, 5, 2], (x) => tf.matMul(tf.ones([2, 3, 5]), x)],
  ["one part of one", [3, 1], (x) => tensor(tf.unstack(x, 1)[0])],
  ["one part of one, whole", [3, 2], (x) => tensor(tf.split(x, 1)[0])],
])("a backend's start leaves a gradient that works for %s", (_, shape, f) => {
  expect(tf.grad((x) => tf.sum(f(x)))(tf.ones(shape)).shape).toEqual(shape);
});

test("multi-head attention is that of @qkv/attention", async () => {
  const params = Params.initialized(1);
  const ours = new Attention(params, { dModel: 6, numHeads: 2 });
  for (const [name, variable] of params.named()) {
    if (name.endsWith("bias")) variable.assign(tf.randomNormal(variable.shape));
  }
  const heads = (weight: Weight<tf.Rank.R2>, bias: tf.Tensor) => [
    tf.reshape(tf.transpose(denseOf(weight)), [6, 2, 3]),
    tf.reshape(bias, [2, 3]),
  ];
  const projections = [ours.qProj, ours.kProj, ours.vProj].flatMap(({ weight, bias }) => heads(weight, tensor(bias)));
  const output = [tf.reshape(tf.transpose(denseOf(ours.outProj.weight)), [2, 3, 6]), tensor(ours.outProj.bias)];
  const layer = new MultiHeadAttention({ numHeads: 2, keyDim: 3, weights: [...projections, ...output] });
  const [x, context] = [tf.randomNormal([2, 4, 6]), tf.randomNormal([2, 5, 6])];
  await expectClose(tensor(layer.apply([x, context])), ours.forward(x, context));
  const causal = { useCausalMask: true };
  await expectClose(tensor(layer.apply([x, x], causal)), ours.forward(x, x, { causal: true }));
  params.dispose();
  layer.dispose();
});

test.each([
  ["MultiHeadAttention", new MultiHeadAttention({ numHeads: 2, keyDim: 2, useGate: true }), 1],
  ["TransformerEncoder", new TransformerEncoder({ intermediateDim: 3, numHeads: 2, activation: "tanh" }), 1],
  ["TransformerDecoder", new TransformerDecoder({ intermediateDim: 3, numHeads: 2, activation: "gelu" }), 2],
  ["RMSNormalization", new RMSNormalization(), 1],
])("the gradients of %s are finite differences", async (_, layer, count) => {
  const inputs = Array.from({ length: count }, (_, i) => tf.randomNormal([1, 3, 4], 0, 1, "float32", i + 1));
  const mask = tf.tensor([1, 0, 1, 1, 1, 0, 0, 0, 0], [1, 3, 3]); // the last sees nothing
  const named = layer instanceof TransformerDecoder ? "decoderAttentionMask" : "attentionMask";
  const call = layer instanceof RMSNormalization ? {} : { [named]: mask };
  const run = (...xs: tf.Tensor[]) => tensor(layer.apply(xs, call));
  tf.dispose(run(...inputs));
  const variables = new Map(layer.weights.map((weight) => [weight.name, weight.read() as tf.Variable]));
  await checkGradients(run, inputs, { variables });
  layer.dispose();
});

test("a configuration goes through what is saved unchanged", () => {
  const l2 = tfl.regularizers.l2({ l2: 0.5 });
  const common = { name: "a", trainable: false };
  for (const layer of [
    new MultiHeadAttention({ ...common, numHeads: 2, keyDim: 3, outputShape: [2, 3], slidingWindow: 2, seed: 4 }),
    new MultiHeadAttention({ ...common, numHeads: 2, keyDim: 3, valueDim: 5, useBias: false, kernelRegularizer: l2 }),
    new TransformerEncoder({ ...common, intermediateDim: 2, numHeads: 1, dropout: 0.1, activation: "geluApproximate" }),
    new TransformerDecoder({ ...common, intermediateDim: 2, numHeads: 1, kernelInitializer: "heNormal" }),
    new TokenAndPositionEmbedding({ vocabularySize: 3, sequenceLength: 2, embeddingDim: 4, maskZero: true }),
    new SinePositionEncoding({ ...common, maxWavelength: 9 }),
    new RMSNormalization({ ...common, epsilon: 0.1, inputDim: 4 }),
  ]) {
    const saved = JSON.parse(JSON.stringify(layer.getConfig())) as tf.serialization.ConfigDict;
    const Class = layer.constructor as unknown as new (config: tf.serialization.ConfigDict) => tfl.layers.Layer;
    expect(new Class(saved).getConfig()).toEqual(layer.getConfig());
  }
});

test.each([TransformerEncoder, TransformerDecoder])("a saved %o says how its variables start", (Class) => {
  const given = { intermediateDim: 2, numHeads: 1, kernelInitializer: "ones", biasInitializer: "heNormal" } as const;
  expect(new Class(given).getConfig()).toMatchObject({
    kernelInitializer: { className: "Ones" },
    biasInitializer: { className: "VarianceScaling", config: { scale: 2 } },
  });
});

test.each([TransformerEncoder, TransformerDecoder])("%o drops while it trains, and only then", async (Class) => {
  const given = { intermediateDim: 6, numHeads: 2, kernelInitializer: "glorotUniform" } as const;
  const [drops, keeps] = [new Class({ ...given, dropout: 0.5 }), new Class(given)];
  const x = tf.randomNormal([1, 5, 4]);
  const run = (layer: tfl.layers.Layer, call = {}) => tensor(layer.apply(x, call));
  tf.dispose([run(drops), run(keeps)]);
  keeps.setWeights(drops.getWeights());
  await expectClose(run(drops), run(keeps), { atol: 0, rtol: 0 });
  await expectClose(run(keeps, { training: true }), run(keeps), { atol: 0, rtol: 0 });
  const [first, second] = [run(drops, { training: true }), run(drops, { training: true })];
  expect(await first.data()).not.toEqual(await second.data());
  drops.dispose();
  keeps.dispose();
});

test("regularizers and constraints hold", async () => {
  const layer = new MultiHeadAttention({
    ...{ numHeads: 1, keyDim: 2, kernelInitializer: "ones", kernelRegularizer: tfl.regularizers.l2({ l2: 1 }) },
    kernelConstraint: tfl.constraints.nonNeg(),
  });
  const x = tfl.input({ shape: [3, 2] });
  const model = tfl.model({ inputs: x, outputs: layer.apply([x, x]) as tfl.SymbolicTensor });
  expect(tf.addN(model.calculateLosses()).dataSync()[0]).toBe(16); // four kernels of four ones
  layer.weights[0]?.write(tf.fill([2, 1, 2], -1));
  expect([...(await tensor(layer.weights[0]?.read()).data())]).toEqual([0, 0, 0, 0]);
  model.dispose();
});

describe("what is wrong is refused by name", () => {
  const mha = (more: object) => new MultiHeadAttention({ numHeads: 2, keyDim: 2, ...more });
  const encoder = (more: object) => new TransformerEncoder({ intermediateDim: 2, numHeads: 2, ...more });
  const tokens = (more: object) =>
    new TokenAndPositionEmbedding({ vocabularySize: 3, sequenceLength: 2, embeddingDim: 4, ...more });
  test.each<[string, () => unknown, RegExp]>([
    ["a misspelt option", () => mha({ keyDims: 3 }), /^MultiHeadAttention: expected options among .*got keyDims$/],
    ["no heads", () => mha({ numHeads: 0 }), /expected numHeads to be an integer from 1, got 0/],
    ["other axes", () => mha({ attentionAxes: [1, 2] }), /expected attentionAxes to be \[1\].*got \[1,2\]/],
    ["a regularizer of outputs", () => mha({ activityRegularizer: "l1l2" }), /expected activityRegularizer to be none/],
    ["half precision", () => mha({ dtype: "float16" }), /expected dtype to be float32, got "float16"/],
    ["a share of 1", () => encoder({ dropout: 1 }), /TransformerEncoder: expected dropout in \[0, 1\), got 1/],
    [
      "Keras 3's other function",
      () => encoder({ activation: "hardSigmoid" }),
      /expected activation to be one of relu.*got "hardSigmoid"/,
    ],
    [
      "an initializer there is not",
      () => encoder({ kernelInitializer: "zero" }),
      /TransformerEncoder: expected what tf.layers knows.*zero/,
    ],
    ["a second table", () => tokens({ tieWeights: false }), /expected tieWeights to be true.*got false/],
    [
      "a norm of another axis",
      () => new RMSNormalization({ axis: 1 }).apply(tf.ones([2, 3, 4])),
      /expected axis to be the last, -1 or 2, got 1/,
    ],
    [
      "a cache",
      () => encoder({}).apply(tf.ones([1, 2, 4]), { cache: tf.ones([1]) }),
      /expected arguments of a call among paddingMask, attentionMask.*got cache/,
    ],
    [
      "a mask of another length",
      () => encoder({}).apply(tf.ones([1, 2, 4]), { paddingMask: tf.ones([1, 3]) }),
      /expected paddingMask \[1,2\], got \[1,3\]/,
    ],
    [
      "a mask without batch",
      () => encoder({}).apply(tf.ones([1, 2, 4]), { attentionMask: tf.ones([2, 2]) }),
      /expected an attention mask \[1,2,2\], got \[2,2\]/,
    ],
    [
      "more heads than width",
      () => encoder({ numHeads: 5 }).apply(tf.ones([1, 2, 4])),
      /at least as wide as 5 heads, got 4/,
    ],
    [
      "a picture",
      () => encoder({}).apply(tf.ones([1, 2, 2, 4])),
      /expected an input \[B, L, E\] with E known, got \[1,2,2,4\]/,
    ],
    [
      "four inputs",
      () => mha({}).apply(Array.from({ length: 4 }, () => tf.ones([1, 2, 4]))),
      /expected query, value, key \(1 at least\), got 4 tensors/,
    ],
    [
      "too long a text",
      () => tokens({}).apply(tf.ones([1, 3])),
      /expected positions below sequenceLength 2, got 0 to 2/,
    ],
    [
      "half a place",
      () => tokens({}).apply(tf.ones([1, 1]), { startIndex: 0.5 }),
      /expected startIndex to be an integer, got 0.5/,
    ],
    [
      "a tensor among symbols",
      () => encoder({}).apply(tfl.input({ shape: [2, 4] }), { paddingMask: tf.ones([1, 2]) }),
      /expected paddingMask to be symbolic/,
    ],
    [
      "training in a graph",
      () => encoder({}).apply(tfl.input({ shape: [2, 4] }), { training: true }),
      /expected training to come from the model/,
    ],
  ])("%s", (_, run, message) => {
    expect(run).toThrow(message);
    tf.disposeVariables();
  });

  test("a layer that is called in two ways in one model", () => {
    const [layer, x] = [mha({}), tfl.input({ shape: [2, 4] })];
    layer.apply([x, x]);
    expect(() => layer.apply([x, x], { useCausalMask: true })).toThrow(
      /expected a layer that stands in a model twice to be called alike/,
    );
    layer.apply([x, x]);
    tf.disposeVariables();
  });

  test("a decoder that loses its encoder", () => {
    const decoder = new TransformerDecoder({ intermediateDim: 2, numHeads: 2 });
    const x = tf.ones([1, 2, 4]);
    decoder.apply([x, x]);
    expect(() => decoder.apply(x)).toThrow(
      /expected an encoderSequence, as in the call that built the layer, got none/,
    );
    decoder.dispose();
  });
});
