import { initBackend } from "@qkv/backend";
import { RandomStream } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { AdamW } from "../optimizers/adamW.ts";
import type { TrainingEvent } from "./events.ts";
import { gradientNoiseScale } from "./gradientNoise.ts";
import { train } from "./train.ts";

beforeAll(() => initBackend("cpu"));

// The gradient of an example is the example itself: its mean is [1, 2], and each number has a variance of 3, so that the
// noise scale is 6 / 5. Batches have one, two or five examples, an update four batches.
const [MEAN, VARIANCE] = [[1, 2], 3];

async function events(accumulate: number, sizes: readonly number[], steps: number): Promise<TrainingEvent[]> {
  const seen: TrainingEvent[] = [];
  const params = new Map([["w", tf.tidy(() => tf.variable(tf.zeros([2])))]]);
  const optimizer = new AdamW(params, { learningRate: 1e-9 });
  const random = new RandomStream(3);
  const half = Math.sqrt(3 * VARIANCE); // a uniform variable within ±half
  const example = () => MEAN.map((mean) => mean + half * (2 * random.uniform() - 1));
  const task = {
    params,
    batches: () =>
      Array.from({ length: accumulate * steps }, (_, i) => {
        const size = sizes[i % sizes.length] ?? 0;
        return size === 0 ? [[0, 0]] : Array.from({ length: size }, example);
      }),
    tokens: (batch: number[][]) => (batch[0]?.[0] === 0 ? 0 : batch.length),
    loss: (batch: number[][]) =>
      tf.mean(tf.dot(tf.tensor2d(batch), params.get("w") as unknown as tf.Tensor1D)) as tf.Scalar,
  };
  await train(task, { optimizer, accumulate, maxSteps: steps, onEvent: (event) => seen.push(event) });
  tf.dispose([...params.values()]);
  optimizer.dispose();
  return seen;
}

test("the noise scale is the variance of examples over the square of their mean", async () => {
  const scale = gradientNoiseScale(await events(4, [1, 2, 5, 1, 3], 400));
  expect((scale ?? 0) / (6 / 5)).toBeGreaterThan(0.85);
  expect((scale ?? 0) / (6 / 5)).toBeLessThan(1.15);
});

test("batches without a token do not count, and a single one tells nothing", async () => {
  const scale = gradientNoiseScale(await events(3, [2, 0, 2], 400));
  expect((scale ?? 0) / (6 / 5)).toBeGreaterThan(0.85);
  expect((scale ?? 0) / (6 / 5)).toBeLessThan(1.15);
  expect((await events(2, [2, 0], 2)).some((event) => "gradNoise" in event)).toBe(false);
  expect(gradientNoiseScale(await events(1, [2], 2))).toBeUndefined();
});

test("a gradient that the noise hides has no scale", () => {
  const step = {
    type: "step",
    step: 1,
    epoch: 0,
    loss: 1,
    learningRate: 1,
    gradNorm: 1,
    tokens: 1,
    tokensPerSecond: 1,
  };
  const event = { ...step, gradNoise: { square: -1, variance: 2 } } as TrainingEvent;
  expect(gradientNoiseScale([event])).toBeUndefined();
});
