import { expect, test } from "vitest";
import { rateShares } from "./rateShares.ts";

const BERT = [
  "encoder.embeddings.token.weight",
  "encoder.layers.0.ffn.fc1.weight",
  "encoder.layers.1.ffn.fc1.weight",
  "pooler.dense.weight",
  "classifier.bias",
];
const MARIAN = [
  "encoder.embedding.weight",
  "encoder.layers.1.a",
  "decoder.layers.0.a",
  "decoder.layers.5.a",
  "logitsBias",
];

test("a layer has a share of the rate of what is above it, down to the embeddings", () => {
  expect([...rateShares(BERT, { layerDecay: 0.5 }).values()]).toEqual([0.125, 0.25, 0.5, 1, 1]);
  expect([...rateShares(MARIAN, { layerDecay: 0.5 }).values()]).toEqual([0.5 ** 7, 0.5, 0.5 ** 6, 0.5, 1]);
  expect([...rateShares(BERT, {}).values()]).toEqual([1, 1, 1, 1, 1]);
});

test("the convolutions of a wav2vec 2.0 are below its layers", () => {
  const names = [
    "features.layers.6.weight",
    "projection.weight",
    "positions.scale",
    "layers.0.a",
    "layers.1.a",
    "lmHead.bias",
  ];
  expect([...rateShares(names, { layerDecay: 0.5 }).values()]).toEqual([0.125, 0.125, 0.125, 0.25, 0.5, 1]);
});

test("the first pattern that a name matches counts, before layers do", () => {
  const rates = { "^classifier": 10, bias$: 2, "layers\\.0": 0.3 };
  expect([...rateShares(BERT, { rates, layerDecay: 0.5 }).values()]).toEqual([0.125, 0.3, 0.5, 1, 10]);
});

test("a pattern that is none, or that nothing matches, is refused by name", () => {
  expect(() => rateShares(BERT, { rates: { "(": 1 } })).toThrow("training.rates: expected regular expressions, got (:");
  expect(() => rateShares(BERT, { rates: { decoder: 1 } })).toThrow(
    "training.rates: expected patterns of parameters (encoder.embeddings.token.weight, ",
  );
});
