import { initBackend } from "@qkv/backend";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkGradients } from "./checkGradients.ts";

let x: tf.Tensor2D;
let y: tf.Tensor2D;
beforeAll(async () => {
  await initBackend("cpu");
  [x, y] = [
    tf.randomNormal<tf.Rank.R2>([2, 3], 0, 1, "float32", 1),
    tf.randomNormal<tf.Rank.R2>([3, 5], 0, 1, "float32", 2),
  ];
});
afterAll(() => tf.dispose([x, y]));

test("accepts true gradients of every input", async () => {
  await checkGradients((a: tf.Tensor2D, b: tf.Tensor2D) => tf.tanh(tf.matMul(a, b)), [x, y]);
});

test("accepts true gradients of variables, and leaves them as they were", async () => {
  const w = tf.variable(y);
  const before = await w.data();
  await checkGradients((a: tf.Tensor2D) => tf.sigmoid(tf.matMul(a, w as tf.Variable<tf.Rank.R2>)), [x], {
    variables: new Map([["w", w]]),
  });
  expect(await w.data()).toEqual(before);
  w.dispose();
});

/** The square of x with a gradient that is `factor` times the true one. */
const square = (factor: number) =>
  tf.customGrad((a) => ({
    value: tf.square(a as tf.Tensor),
    gradFunc: (dy) => tf.mul(tf.mul(dy as tf.Tensor, a as tf.Tensor), 2 * factor),
  }));

test("fails on a gradient that is 2 % off, and says where", async () => {
  await checkGradients((a) => square(1)(a), [x]);
  await expect(checkGradients((a) => square(1.02)(a), [x])).rejects.toThrow(
    /gradient of input 0 at \[\d,\d\]: expected/,
  );
});

test("fails where no gradient arrives", async () => {
  const w = tf.variable(x);
  const cut = (a: tf.Tensor) =>
    tf.add(
      tf.square(a),
      tf.tidy(() => tf.tensor2d(w.dataSync() as Float32Array, [2, 3])),
    );
  await expect(checkGradients(cut, [x], { variables: new Map([["w", w]]) })).rejects.toThrow(
    "gradient of w at [0,0]: expected",
  );
  w.dispose();
});

test("computes the differences once for every backend, and finds a wrong gradient on each", async () => {
  let calls = 0;
  const counted = (a: tf.Tensor) => {
    calls += 1;
    return tf.sin(a);
  };
  const wrong = tf.customGrad((a) => ({
    value: tf.sin(a as tf.Tensor),
    gradFunc: (dy) => tf.mul(dy as tf.Tensor, 0.5),
  }));
  await checkGradients(counted, [x]);
  expect(calls).toBeGreaterThan(4 * x.size);
  await initBackend("wasm");
  calls = 0;
  await checkGradients(counted, [x]);
  expect(calls).toBeLessThan(4);
  await expect(checkGradients((a) => wrong(a), [x])).rejects.toThrow("gradient of input 0 at [0,0]: expected");
  await initBackend("cpu");
});
