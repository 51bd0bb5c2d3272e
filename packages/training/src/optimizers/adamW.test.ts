import { initBackend } from "@qkv/backend";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { AdamW, isDecayed } from "./adamW.ts";

beforeAll(() => initBackend("cpu"));

test("norms and biases are told by their names", () => {
  const names = [
    "layers.0.ffn.fc1.weight",
    "layers.0.ffn.fc1.bias",
    "layers.0.ffnNorm.weight",
    "norm.bias",
    "bias",
    "shared.weight",
    "normalizer.scale.weight",
  ];
  expect(names.filter(isDecayed)).toEqual(["layers.0.ffn.fc1.weight", "shared.weight", "normalizer.scale.weight"]);
});

test("refuses a gradient of a stranger and a state of another model", () => {
  const w = tf.tidy(() => tf.variable(tf.zeros([2])));
  const gradient = tf.ones([2]);
  using optimizer = new AdamW(new Map([["w", w]]));
  expect(() => optimizer.step(new Map([["v", gradient]]))).toThrow(
    "AdamW: expected gradients of its parameters, got one of v",
  );
  const steps = { shape: [], data: Float32Array.of(3) };
  const moment = { shape: [2], data: new Float32Array(2) };
  expect(() =>
    optimizer.load(
      new Map([
        ["steps.w", steps],
        ["first.w", moment],
      ]),
    ),
  ).toThrow("AdamW.load: expected the same names, got missing second.w");
  expect(() => optimizer.load(new Map([["steps.v", steps]]))).toThrow(
    "AdamW.load: expected the same names, got unknown steps.v",
  );
  const other = { shape: [3], data: new Float32Array(3) };
  expect(() =>
    optimizer.load(
      new Map([
        ["steps.w", steps],
        ["first.w", moment],
        ["second.w", other],
      ]),
    ),
  ).toThrow("AdamW.load: second.w: expected shape [2], got [3]");
  tf.dispose([w, gradient]);
});
