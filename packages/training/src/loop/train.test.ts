import * as tf from "@tensorflow/tfjs-core";
import { initBackend } from "@qkv/backend";
import { beforeAll, describe, expect, it } from "vitest";
import { AdamW } from "../optimizers/adamW.ts";
import type { Checkpoint, CheckpointStore } from "../checkpoints/checkpoint.ts";
import type { TrainingEvent } from "./events.ts";
import type { TrainingTask } from "./task.ts";
import { train } from "./train.ts";
import type { TrainOptions } from "./options.ts";

beforeAll(() => initBackend("cpu"));

it("makes the loss small", async () => {
  const { result, events } = await runTiny({ maxSteps: 300 }, { batches: () => [[0, 1, 2, 3, 4]] });
  const losses = stepLosses(events);
  expect(losses).toHaveLength(300);
  expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 10);
  expect(result).toMatchObject({ stopped: "finished", progress: { step: 300 } });
});

it("counts epochs and positions", async () => {
  const { result, events } = await runTiny({ epochs: 2, accumulate: 2 });
  expect(result.progress).toMatchObject({ step: 6, epoch: 1, position: 5, tokens: 2 * 5 * 3 });
  expect(events.map((event) => ("epoch" in event ? event.epoch : -1))).toEqual([0, 0, 0, 1, 1, 1]);
});

it("gives with accumulated batches what one large batch gives", async () => {
  const one = await runTiny({ maxSteps: 2 }, { batches: () => [[0, 1, 2, 3, 4]], noise: 0 });
  const many = await runTiny({ maxSteps: 2, accumulate: 3 }, { batches: () => [[0, 1], [2], [3, 4]], noise: 0 });
  stepLosses(one.events).forEach((loss, i) => expect(stepLosses(many.events)[i]).toBeCloseTo(loss, 6));
});

describe("resuming", () => {
  it("goes on exactly as if never stopped, from any step", async () => {
    const whole = await runTiny({ maxSteps: 17, accumulate: 2, validateEvery: 4 });
    for (let stop = 1; stop < 17; stop++) {
      const store = memoryStore();
      const options = { accumulate: 2, validateEvery: 4, checkpoints: store };
      const controller = new AbortController();
      const first = await runTiny({ ...options, maxSteps: 17, signal: controller.signal }, {}, (event) => {
        if (event.type === "step" && event.step === stop) controller.abort();
      });
      expect(first.result.stopped).toBe("aborted");
      const resume = await store.latest();
      const second = await runTiny({ ...options, maxSteps: 17, ...(resume ? { resume } : {}) });
      expect(timeless([...first.events, ...second.events])).toEqual(timeless(whole.events));
      expect(second.params).toEqual(whole.params);
    }
  });

  it("refuses another seed and parameters of another shape", async () => {
    const store = memoryStore();
    await runTiny({ maxSteps: 1, checkpoints: store });
    const resume = (await store.latest()) as Checkpoint;
    await expect(runTiny({ maxSteps: 2, resume, seed: 99 })).rejects.toThrow(
      "expected the checkpoint's seed 7, got 99",
    );
    const params = new Map([...resume.params].map(([name, { data }]) => [name, { shape: [data.length, 1, 1], data }]));
    await expect(runTiny({ maxSteps: 2, resume: { ...resume, params } })).rejects.toThrow(
      /expected shape \[.*\], got \[/,
    );
  });
});

it("saves on schedule, the best, and the end, each once", async () => {
  const store = memoryStore();
  const metric = [5, 3, 4, 6];
  const { events } = await runTiny(
    { maxSteps: 9, validateEvery: 2, checkpointEvery: 5, checkpoints: store },
    { validate: () => Promise.resolve({ loss: metric.shift() ?? 9 }) },
  );
  expect(await store.steps()).toEqual([2, 4, 5, 9]);
  expect(events.filter((event) => event.type === "checkpoint").map(({ step }) => step)).toEqual([2, 4, 5, 9]);
  expect((await store.latest())?.progress.best).toEqual({ step: 4, value: 3 });
});

it("takes no validation that is not a number for the best", async () => {
  const store = memoryStore();
  const metric = [NaN, 3, Infinity, 2];
  await runTiny(
    { maxSteps: 8, validateEvery: 2, checkpoints: store },
    { validate: () => Promise.resolve({ loss: metric.shift() ?? 9 }) },
  );
  expect((await store.latest())?.progress.best).toEqual({ step: 8, value: 2 });
});

it("stops early when validation no longer improves, and stays stopped when resumed", async () => {
  const store = memoryStore();
  const bleu = [1, 2, 2, 1, 3];
  const options = {
    maxSteps: 100,
    validateEvery: 3,
    patience: 2,
    best: { metric: "bleu", mode: "max" },
    checkpoints: store,
  } as const;
  const task = { validate: () => Promise.resolve({ bleu: bleu.shift() ?? 0 }) };
  const { result } = await runTiny(options, task);
  expect(result).toMatchObject({ stopped: "early", progress: { step: 12, best: { step: 6, value: 2 } } });
  const again = await runTiny({ ...options, resume: (await store.latest()) as Checkpoint }, task);
  expect(again.result).toMatchObject({ stopped: "early", progress: { step: 12 } });
});

it("stops at a loss that is not a number, and keeps the last checkpoint", async () => {
  const store = memoryStore();
  const running = runTiny(
    { maxSteps: 9, checkpointEvery: 2, checkpoints: store },
    { scale: (call) => (call === 5 ? NaN : 1) },
  );
  await expect(running).rejects.toThrow(
    "train: expected a finite loss, got NaN at step 5 (epoch 0, learning rate 0.05); the last checkpoint is of step 4. " +
      "Try a lower learning rate, a longer warm-up or a lower clipNorm",
  );
  expect(await store.steps()).toEqual([2, 4]);
});

it("says which gradient was the first that is none, and saves what was there before", async () => {
  const store = memoryStore();
  const params = new Map(["inner", "outer"].map((name) => [name, tf.tidy(() => tf.variable(tf.ones([2])))] as const));
  const [inner, outer] = [...params.values()] as [tf.Variable, tf.Variable];
  const task: TrainingTask<number> = {
    params,
    batches: () => [1, 1, 0, 1], // the root's slope at 0 is infinite
    loss: (batch) => tf.mean(tf.mul(tf.sqrt(tf.mul(tf.abs(inner), batch)), outer)) as tf.Scalar,
  };
  using optimizer = new AdamW(params);
  await expect(train(task, { optimizer, epochs: 1, checkpoints: store })).rejects.toThrow(
    /expected a finite gradient norm, got \S+ at step 3 .*, first in the gradient of inner; the last checkpoint is of step 2/,
  );
  expect(await store.steps()).toEqual([2]);
  tf.tidy(() => inner.assign(tf.tensor1d([NaN, 1])));
  await expect(train(task, { optimizer, epochs: 1, checkpoints: store })).rejects.toThrow(
    /expected a finite loss, got NaN at step 1 .*, as inner is not; nothing was saved yet/,
  );
  tf.dispose([...params.values()]);
});

it("leaves nothing behind when the loss, the validation or the store fails", async () => {
  const fail = (): never => {
    throw new Error("on purpose");
  };
  const rejected = () => Promise.reject(new Error("on purpose"));
  await expect(
    runTiny({ maxSteps: 9, accumulate: 2 }, { scale: (call) => (call === 4 ? fail() : 1) }),
  ).rejects.toThrow();
  await expect(runTiny({ maxSteps: 9, validateEvery: 2 }, { validate: rejected })).rejects.toThrow("on purpose");
  const checkpoints = { ...memoryStore(), save: rejected };
  await expect(runTiny({ maxSteps: 9, checkpointEvery: 2, checkpoints })).rejects.toThrow("on purpose");
});

it("refuses a run without an end, an empty epoch, and an unknown metric", async () => {
  await expect(runTiny({})).rejects.toThrow("train: expected maxSteps or epochs, got neither");
  await expect(runTiny({ maxSteps: 1 }, { batches: () => [] })).rejects.toThrow(
    "expected at least one batch in epoch 0",
  );
  const best = { metric: "bleu", mode: "max" } as const;
  await expect(runTiny({ maxSteps: 2, validateEvery: 1, best })).rejects.toThrow(
    "train: expected the validation to give bleu, got loss",
  );
});

interface TinyOptions {
  batches?: (epoch: number) => number[][];
  validate?: () => Promise<Record<string, number>>;
  /** Multiplies the loss of the n-th batch asked for. */
  scale?: (call: number) => number;
  noise?: number;
}

/** Fits a line through five points with random noise in its loss. */
async function runTiny(
  options: Omit<TrainOptions, "optimizer">,
  {
    batches = (epoch) => [[0, 1], [2], [3, 4], [epoch % 5, 1, 2], [4, 3].slice(epoch % 2)],
    validate,
    scale = () => 1,
    noise = 0.01,
  }: TinyOptions = {},
  onEvent: (event: TrainingEvent) => void = () => {},
) {
  const slope = tf.tidy(() => tf.variable(tf.tensor1d([0.5, -0.5, 0.1])));
  const offset = tf.tidy(() => tf.variable(tf.scalar(0)));
  const params = new Map<string, tf.Variable>([
    ["line.slope", slope],
    ["line.offset", offset],
  ]);
  const at = (i: number): number[] => [Math.sin(i), Math.cos(3 * i), i / 5];
  let calls = 0;
  const task: TrainingTask<number[]> = {
    params,
    batches,
    tokens: (batch) => (options.epochs === undefined ? batch.length : 3),
    loss: (batch, random) => {
      calls += 1;
      const x = tf.tensor2d(batch.map(at));
      const y = tf.tensor1d(batch.map((i) => 2 * i + 1 + noise * random.uniform()));
      const predicted = tf.add(tf.sum(tf.mul(x, slope), 1), offset);
      return tf.mul(tf.mean(tf.squaredDifference(predicted, y)), scale(calls)) as tf.Scalar;
    },
    validate: validate ?? (async () => ({ loss: Math.abs((await offset.data())[0] ?? 0) })),
  };
  const optimizer = new AdamW(params, { learningRate: 0.05 });
  const events: TrainingEvent[] = [];
  try {
    const seed = options.resume ? {} : { seed: 7 };
    const result = await train(task, {
      ...seed,
      ...options,
      optimizer,
      onEvent: (event) => {
        events.push(event);
        onEvent(event);
      },
    });
    return { result, events, params: [Array.from(await slope.data()), Array.from(await offset.data())] };
  } finally {
    optimizer.dispose();
    tf.dispose([slope, offset]);
  }
}

function stepLosses(events: readonly TrainingEvent[]): number[] {
  return events.flatMap((event) => (event.type === "step" ? [event.loss] : []));
}

/** What must be the same in every run: no times, and no checkpoints, which depend on when it was stopped. */
function timeless(events: readonly TrainingEvent[]): object[] {
  return events
    .filter((event) => event.type !== "checkpoint")
    .map((event) => ({ ...event, tokensPerSecond: 0, etaSeconds: 0 }));
}

function memoryStore(): CheckpointStore {
  const saved = new Map<number, Checkpoint>();
  return {
    save: (checkpoint) => Promise.resolve(void saved.set(checkpoint.progress.step, checkpoint)),
    steps: () => Promise.resolve([...saved.keys()]),
    read: (step) => Promise.resolve(saved.get(step) as Checkpoint),
    latest: () => Promise.resolve([...saved.values()].at(-1)),
  };
}
