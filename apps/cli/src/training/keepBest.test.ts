import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { initBackend } from "@qkv/backend";
import type { Progress } from "@qkv/training";
import { fileCheckpoints } from "@qkv/training/node";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepBest } from "./keepBest.ts";
import { resumePoint } from "./resumePoint.ts";

const LOSSES = [5, 1, 3, 2, 4]; // of steps 1 to 5: the only parameter is the loss
const AT_END: Progress = {
  ...{ step: 5, epoch: 0, position: 5, seed: 0, tokens: 0, validatedStep: 5, validationsSinceBest: 3 },
  best: { step: 2, value: 1 },
};
const judgement = { metric: "loss", mode: "min", signal: new AbortController().signal } as const;

let folder: string;
let parameter: tf.Variable;
let said: string;
const value = async () => (await parameter.data())[0];
const task = () => ({
  params: new Map([["w", parameter]]),
  validate: async () => ({ loss: (await value()) ?? NaN }),
});
const store = () => fileCheckpoints(path.join(folder), { keep: 9 });
const fileOf = (step: number) => path.join(folder, `step-0000000${step}.safetensors`);

beforeEach(async () => {
  await initBackend("cpu");
  folder = await mkdtemp(path.join(tmpdir(), "qkv-best-"));
  parameter = tf.tidy(() => tf.variable(tf.scalar(LOSSES[4] ?? 0)));
  for (const [i, loss] of LOSSES.entries()) {
    const params = new Map([["w", { shape: [], data: Float32Array.of(loss) }]]);
    const best = { step: Math.min(i + 1, 2), value: i === 0 ? 5 : 1 };
    await store().save({ progress: { ...AT_END, step: i + 1, best }, params, optimizer: new Map() });
  }
  said = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  parameter.dispose();
  await rm(folder, { recursive: true });
});

const DAMAGES: Record<string, (file: string) => Promise<void>> = {
  "cut off": (file) => truncate(file, 100),
  "of no length": (file) => truncate(file, 0),
  missing: (file) => rm(file),
  "with a byte flipped": async (file) => {
    const bytes = await readFile(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(file, bytes);
  },
};

test("the best checkpoint's parameters are kept", async () => {
  await keepBest(task(), store(), AT_END, { ...judgement, average: 1 });
  expect([await value(), said]).toEqual([1, ""]);
});

test.each(Object.entries(DAMAGES))(
  "the best checkpoint %s: the next best is kept, and it is said",
  async (_, damage) => {
    await damage(fileOf(2));
    await keepBest(task(), store(), AT_END, { ...judgement, average: 1 });
    expect(await value()).toBe(2);
    expect(said).toMatch(/skipped a damaged checkpoint: cannot read .*step-00000002/);
    expect(said).toContain("the best checkpoint is lost; of those left, that of step 4 is: loss 2.000");
  },
);

test("a mean is of whole checkpoints, and kept where it is better than the best that is left", async () => {
  for (const step of [2, 3, 5]) await truncate(fileOf(step), 50);
  await keepBest(task(), store(), AT_END, { ...judgement, average: 2 }); // of 5 and 2: worse than 2
  expect(await value()).toBe(2);
  expect(said).toContain("mean of the last 2 checkpoints: loss 3.500, the best one 2.000");
});

test("a mean is of the last checkpoints", async () => {
  await keepBest(task(), store(), AT_END, { ...judgement, average: 4 });
  expect(await value()).toBe(1);
  expect(said).toContain("mean of the last 4 checkpoints: loss 2.500, the best one 1.000");
});

test("where nothing is left, the last step's parameters are kept", async () => {
  for (const step of [1, 2, 3, 4, 5]) await truncate(fileOf(step), 50);
  await keepBest(task(), store(), AT_END, { ...judgement, average: 3 });
  expect(await value()).toBe(4);
  expect(said).toContain("no checkpoint is left: the parameters of the last step, 5, are kept");
});

test.each(Object.entries(DAMAGES))(
  "a run goes on from the newest whole checkpoint, the newest being %s",
  async (_, damage) => {
    await damage(fileOf(5));
    expect((await resumePoint(task(), store(), judgement))?.progress).toMatchObject({ step: 4, best: { step: 2 } });
  },
);

test("a resumed run whose best checkpoint is lost counts on from the best that is left", async () => {
  await truncate(fileOf(2), 50);
  await truncate(fileOf(4), 50);
  const resumed = await resumePoint(task(), store(), judgement);
  expect(resumed?.progress).toMatchObject({ step: 5, best: { step: 3, value: 3 } });
  expect(resumed?.params.get("w")?.data[0]).toBe(4);
});
