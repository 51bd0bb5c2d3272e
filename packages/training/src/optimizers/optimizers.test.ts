import { initBackend } from "@qkv/backend";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { Adafactor } from "./adafactor.ts";
import { Lion } from "./lion.ts";

beforeAll(() => initBackend("cpu"));

const variable = (value: number, shape: number[]) => tf.tidy(() => tf.variable(tf.fill(shape, value)));

test.each([
  ["Lion", () => new Lion(new Map(), { learningRate: NaN }), "learningRate to be a number from 0, got NaN"],
  ["Lion", () => new Lion(new Map(), { betas: [0.9, 1] }), "betas[1] to be a number from 0 to below 1, got 1"],
  ["Lion", () => new Lion(new Map(), { beta: 1 } as never), "learningRate, betas, weightDecay"],
  ["Lion", () => new Lion([] as never), "parameters by name, such as model.params.named(), got an array"],
  ["Adafactor", () => new Adafactor(new Map(), { beta2Decay: 0.8 }), "-beta2Decay to be a number from 0, got -0.8"],
  ["Adafactor", () => new Adafactor(new Map(), { clipThreshold: 0.5 }), "clipThreshold to be a number from 1, got 0.5"],
  ["Adafactor", () => new Adafactor(new Map(), { weightDecayMask: ["w"] as never }), "weightDecayMask to be a map"],
])("%s refuses %s", (who, make, message) => expect(make).toThrow(`${who}: expected ${message}`));

test.each([Lion, Adafactor])("%o refuses a gradient of a stranger and a state of another model", async (Kind) => {
  const who = Kind.name;
  const w = variable(1, [2, 3]);
  const gradient = tf.ones([2, 3]);
  using optimizer = new Kind(new Map([["w", w]]));
  expect(() => optimizer.step(new Map([["v", gradient]]))).toThrow(`${who}: expected gradients of its parameters`);
  optimizer.step(new Map([["w", gradient]]));
  const state = await optimizer.state();
  const v = variable(1, [2, 4]);
  using narrower = new Kind(new Map([["w", v]]));
  expect(() => narrower.load(state)).toThrow(/^(Lion|Adafactor).load: (momentum|columns).w: expected shape/);
  using other = new Kind(new Map([["v", v]]));
  expect(() => other.load(state)).toThrow(`${who}.load: expected the same names, got unknown`);
  tf.dispose([w, v, gradient]);
});

test("Lion moves each number by the rate, against its sign, and decays what it is told to", () => {
  const params = new Map([
    ["w", variable(2, [2])],
    ["b", variable(2, [2])],
  ]);
  using optimizer = new Lion(params, { learningRate: 0.5, weightDecay: 0.5, weightDecayMask: new Set(["w"]) });
  const gradient = tf.tensor1d([1e-9, -1e9]);
  optimizer.step(new Map([...params.keys()].map((name) => [name, gradient])));
  expect([...(params.get("w")?.dataSync() ?? [])]).toEqual([1, 2]);
  expect([...(params.get("b")?.dataSync() ?? [])]).toEqual([1.5, 2.5]);
  tf.dispose([gradient, ...params.values()]);
});

test("Adafactor keeps of a matrix its margins alone", async () => {
  const w = variable(1, [20, 30]);
  const gradient = tf.ones([20, 30]);
  using optimizer = new Adafactor(new Map([["w", w]]));
  optimizer.step(new Map([["w", gradient]]));
  const sizes = [...(await optimizer.state())].map(([name, { shape }]) => [name, shape]);
  expect(sizes).toEqual([
    ["steps.w", []],
    ["rows.w", [20, 1]],
    ["columns.w", [1, 30]],
  ]);
  tf.dispose([w, gradient]);
});
