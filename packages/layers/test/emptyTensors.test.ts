// tf.layers brings tfjs's own gradients, of which those of broadcast operations fail where there is no element.
import { initBackend } from "@qkv/backend";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => initBackend("cpu"));

test.each([
  ["add", tf.add],
  ["sub", tf.sub],
  ["mul", tf.mul],
  ["div", tf.div],
  ["maximum", tf.maximum],
  ["minimum", tf.minimum],
] as const)("%s has gradients where an operand is broadcast to no elements", (_, op) => {
  const shapes = tf.tidy(() =>
    tf
      .grads((a, b) => tf.sum(op(a, b)))([tf.zeros([0, 1]), tf.zeros([0, 0])])
      .map(({ shape }) => shape),
  );
  expect(shapes).toEqual([
    [0, 1],
    [0, 0],
  ]);
});

test("tile has gradients in five dimensions", async () => {
  const gradient = tf.tidy(() => tf.grad((x) => tf.sum(tf.tile(x, [1, 1, 3, 1, 2])))(tf.ones([1, 2, 1, 2, 1])));
  expect([...(await gradient.data())]).toEqual([6, 6, 6, 6]);
  gradient.dispose();
});
