import { initBackend } from "@qkv/backend";
import type { NamedVariables, Optimizer } from "@qkv/training";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { newOptimizer } from "./newOptimizer.ts";
import { withOwnFields } from "./ownFields.ts";
import { Optimization, parseRecipe } from "./recipe.ts";
import { scheduleOf } from "./schedule.ts";

beforeAll(() => initBackend("cpu"));

const Schema = Optimization.transform(withOwnFields());
const parse = (fields: object) =>
  parseRecipe(Schema, JSON.stringify({ steps: 4, learningRate: 0.1, weightDecay: 0.5, ...fields }), "recipe.json");

const SHAPES = { "inner.weight": [3, 4], "head.weight": [2, 3], "inner.bias": [3] };

/** Parameters at 1, and an optimizer of them. */
function started(
  fields: object,
  rates?: ReadonlyMap<string, number>,
): { params: NamedVariables; optimizer: Optimizer } {
  const params = new Map(
    Object.entries(SHAPES).map(([name, shape]) => [name, tf.tidy(() => tf.variable(tf.ones(shape)))]),
  );
  const those = (isOne: (name: string) => boolean) => new Map([...params].filter(([name]) => isOne(name)));
  const groups = {
    matrices: those((name) => name.endsWith("weight")),
    head: those((name) => name.startsWith("head")),
    ...(rates && { rates }),
  };
  return { params, optimizer: newOptimizer(params, parse(fields), groups) };
}

/** A step with gradients that differ from step to step; of some parameters they are 0 throughout. */
function step({ params, optimizer }: ReturnType<typeof started>, count: number, zero?: string): void {
  tf.tidy(() => {
    const gradients = [...params].map(([name, { shape }]): [string, tf.Tensor] => [
      name,
      name === zero ? tf.zeros(shape) : tf.randomNormal(shape, 0, 1, "float32", count),
    ]);
    optimizer.step(new Map(gradients));
  });
}

function numbersOf(params: NamedVariables): number[] {
  return [...params.values()].flatMap((variable) => [...variable.dataSync()]);
}

describe.each(["adamW", "muon", "lion", "adafactor"])("%s", (optimizer) => {
  test("goes on from its state to the bit", async () => {
    const [whole, before, after] = [started({ optimizer }), started({ optimizer }), started({ optimizer })];
    for (const count of [1, 2, 3, 4]) step(whole, count);
    for (const count of [1, 2]) step(before, count);
    const state = await before.optimizer.state();
    for (const [name, variable] of after.params) variable.assign(before.params.get(name) ?? variable);
    after.optimizer.load(new Map(state));
    for (const count of [3, 4]) step(after, count);
    expect(numbersOf(after.params)).toEqual(numbersOf(whole.params));
    expect(numbersOf(after.params)).not.toEqual(numbersOf(before.params));
    for (const run of [whole, before, after]) {
      run.optimizer.dispose();
      tf.dispose([...run.params.values()]);
    }
  });

  test("takes smaller steps where the rate is a share of it, and goes on from its state", async () => {
    const rates = new Map([["head.weight", 0.25]]);
    const [plain, shared, after] = [
      started({ optimizer, weightDecay: 0 }),
      started({ optimizer, weightDecay: 0 }, rates),
      started({ optimizer, weightDecay: 0 }, rates),
    ];
    expect(shared.optimizer.learningRate).toBe(0.1);
    for (const run of [plain, shared, after]) step(run, 1);
    const moved = (run: typeof plain, name: string) =>
      Array.from(run.params.get(name)?.dataSync() ?? [], (value) => 1 - value);
    for (const name of Object.keys(SHAPES)) {
      const share = rates.get(name) ?? 1;
      moved(shared, name).forEach((by, i) => expect(by).toBeCloseTo(share * (moved(plain, name)[i] ?? NaN), 5));
    }
    const state = await shared.optimizer.state();
    after.optimizer.load(new Map(state));
    for (const run of [shared, after]) step(run, 2);
    expect(numbersOf(after.params)).toEqual(numbersOf(shared.params));
    for (const run of [plain, shared, after]) {
      run.optimizer.dispose();
      tf.dispose([...run.params.values()]);
    }
  });

  test("decays matrices alone", () => {
    for (const [name, expected] of [
      ["head.weight", 0.95], // 1 - 0.1 x 0.5
      ["inner.bias", 1],
    ] as const) {
      const run = started({ optimizer });
      step(run, 1, name);
      expect(run.params.get(name)?.dataSync()[0]).toBeCloseTo(expected, 6);
      run.optimizer.dispose();
      tf.dispose([...run.params.values()]);
    }
  });
});

test.each([
  ["adamW", { beta1: 0.9, beta2: 0.98, eps: 1e-9 }],
  ["muon", { beta1: 0.9, beta2: 0.98, eps: 1e-9 }],
  ["lion", { beta1: 0.9, beta2: 0.99, eps: undefined }],
  ["adafactor", { beta1: undefined, beta2: undefined, eps: undefined }],
])("what a recipe leaves out of %s is filled in, and read again from the run's folder", (optimizer, own) => {
  const { beta1, beta2, eps } = parse({ optimizer });
  expect({ beta1, beta2, eps }).toEqual(own);
  expect(parse(parse({ optimizer }))).toEqual(parse({ optimizer }));
  if (own.beta2 !== undefined) expect(parse({ optimizer, beta2: 0.5 }).beta2).toBe(0.5);
});

test.each(["linear", "cosine", "stableThenDecay"] as const)("%s leaves what floor says", (schedule) => {
  const factor = scheduleOf(parse({ optimizer: "adamW", schedule, steps: 8, floor: 0.25 }));
  expect([factor(4) > 0.25, factor(8)]).toEqual([true, 0.25]);
});

test.each([
  ["lion", { eps: 1e-8 }, "eps: expected none with lion, got 1e-8"],
  ["adafactor", { beta1: 0.9, eps: 1e-8 }, "beta1: expected none with adafactor, got 0.9; eps: expected none"],
  ["adafactor", { beta2: 0.9 }, "beta2: expected none with adafactor, got 0.9"],
  ["adamW", { schedule: "constant", floor: 0.1 }, "floor: expected none with constant, got 0.1"],
  ["adamW", { schedule: "cosine", decaySteps: 3 }, "decaySteps: expected none with cosine, got 3"],
  ["sgd", {}, "optimizer: "],
])("%s with %j is refused", (optimizer, fields, message) => {
  expect(() => parse({ optimizer, ...fields })).toThrow(`recipe.json: ${message}`);
});
