// What @qkv/backend computes on TensorFlow.js's wasm backend without the kernels of this project, some of which it lacks.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { embedding, registerGradients } from "@qkv/ops";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

test("the gradient of an embedding is summed by row", async () => {
  const wasm = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json"));
  setWasmPaths(join(wasm, "wasm-out/"));
  await tf.setBackend("wasm");
  registerGradients();
  expect(tf.getKernel("UnsortedSegmentSum", "wasm")).toBeUndefined();
  const gradient = tf.tidy(() => {
    const ids = tf.tensor2d([2, 0, 2, 2], [2, 2], "int32");
    const weights = tf.tensor([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
    return tf.grad((table) => tf.sum(tf.mul(embedding(table, ids), weights)))(tf.zeros([4, 2]));
  });
  expect([...(await gradient.data())]).toEqual([3, 4, 0, 0, 1 + 5 + 7, 2 + 6 + 8, 0, 0]);
  gradient.dispose();
});
