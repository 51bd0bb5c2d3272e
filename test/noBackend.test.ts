// Before any backend is started. The file starts none, and has the engine to itself.
import { causalMask, lengthMask, MultiHeadAttention } from "../packages/attention/src/index.ts";
import { Params } from "@qkv/nn";
import { loadPretrained, memoryFiles } from "@qkv/pretrained";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const first = "expected a backend to compute with, got none: call `await initBackend()` of @qkv/backend first";

test("a model, a layer and a mask say what to call first", async () => {
  await expect(loadPretrained(memoryFiles("m", new Map()))).rejects.toThrow(`loadPretrained: ${first}`);
  expect(() => new MultiHeadAttention(Params.initialized(), { dModel: 8, numHeads: 2 })).toThrow(`Params: ${first}`);
  expect(() => causalMask(2, 2)).toThrow(first);
  expect(() => lengthMask([1], 2)).toThrow(first);
});

test("so they do where one is registered and has not started", async () => {
  tf.registerBackend("slow", () => new Promise<never>(() => undefined));
  try {
    await expect(loadPretrained(memoryFiles("m", new Map()))).rejects.toThrow(`loadPretrained: ${first}`);
    expect(() => causalMask(2, 2)).toThrow(first);
  } finally {
    tf.removeBackend("slow");
  }
});
