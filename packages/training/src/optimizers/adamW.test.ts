import { initBackend } from "@qkv/backend";
import { LayerNorm, Linear, Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { AdamW } from "./adamW.ts";

beforeAll(() => initBackend("cpu"));

test.each([
  ["a map", (params: Params) => params.named("matrix")],
  ["a predicate", () => (name: string) => name === "line.weight"],
])("decays the parameters of %s alone", (_, decaysOf) => {
  const params = Params.from((_name, shape) => tf.fill(shape, 2));
  const modules = [new Linear(params.at("line"), 1, 1), new LayerNorm(params.at("norm"), 1, { eps: 1e-5 })];
  using optimizer = new AdamW(params.named(), { learningRate: 1, weightDecay: 0.5, weightDecayMask: decaysOf(params) });
  const gradients = new Map(
    [...params.named().keys()].map((name) => [name, tf.zeros(name === "line.weight" ? [1, 1] : [1])]),
  );
  optimizer.step(gradients);
  const values = [...params.named()].map(([name, variable]) => [name, variable.dataSync()[0]]);
  expect(values).toEqual([
    ["line.weight", 1],
    ["line.bias", 2],
    ["norm.weight", 2],
    ["norm.bias", 2],
  ]);
  expect(modules).toHaveLength(2);
  tf.dispose([...gradients.values()]);
  params.dispose();
});

test("refuses names to decay that are none", () => {
  const weightDecayMask = ["line.weight"] as never;
  expect(() => new AdamW(new Map(), { weightDecayMask })).toThrow(
    "AdamW: expected weightDecayMask to be a map, a set or a predicate of names, got an array",
  );
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
