import { initBackend } from "@qkv/backend";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { expectSameAsCpu } from "./sameAsCpu.ts";

beforeAll(() => initBackend("wasm"));

const inputs = [{ shape: [2, 3] }, { shape: [3], phase: 1 }];

test("accepts what is the same, and leaves the backend as it was", async () => {
  await expectSameAsCpu(inputs, (x, y) => tf.mul(x, y));
  await expectSameAsCpu(inputs, (x, y) => tf.mul(x, y), { reference: (x, y) => tf.mul(y, x), tolerance: 0 });
  expect(tf.getBackend()).toBe("wasm");
});

test.each<[string, (x: tf.Tensor) => tf.Tensor, string]>([
  ["another value", (x) => tf.add(x, 0.001), "expected 0 at [0], got 0.001"],
  ["NaN for a number", (x) => tf.mul(x, NaN), "where the value is NaN"],
  [
    "another gradient",
    (x) => tf.customGrad((a) => ({ value: tf.clone(a as tf.Tensor), gradFunc: (dy) => tf.mul(dy as tf.Tensor, 2) }))(x),
    "(6 of 6 elements of shape [6] are beyond",
  ],
])("fails on %s", async (_case, wrong, message) => {
  const f = (x: tf.Tensor) => (tf.getBackend() === "cpu" ? tf.clone(x) : wrong(x));
  await expect(expectSameAsCpu(inputs.slice(0, 1), f)).rejects.toThrow(message);
  expect(tf.getBackend()).toBe("wasm");
});
