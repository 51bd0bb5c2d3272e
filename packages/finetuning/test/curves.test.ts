// Losses of fine-tuning step by step, beside PyTorch's on the same batches from the same start (golden/make_finetuning.py).
import { readFileSync } from "node:fs";
import { initBackend } from "@qkv/backend";
import { type DataRecord, type FinetuningTask, type Objective, OBJECTIVES, withTeacher } from "@qkv/finetuning";
import { RandomStream } from "@qkv/nn";
import { loadPretrained, memoryFiles, type Pretrained } from "@qkv/pretrained";
import * as tf from "@tensorflow/tfjs-core";
import { AdamW, type StepEvent, train } from "@qkv/training";
import { beforeAll, describe, expect, test } from "vitest";
import { tinyBert } from "./tinyModels.ts";

interface Curve {
  readonly model: "classifier" | "tagger" | "embedder";
  readonly labels?: readonly string[];
  readonly records: readonly DataRecord[];
  readonly losses: readonly number[];
}

interface Taught {
  readonly temperature: number;
  readonly share: number;
  /** What the teacher's last layer is the student's times. */
  readonly scale: number;
  readonly losses: readonly number[];
}

const golden = JSON.parse(readFileSync(new URL("golden/curves.json", import.meta.url), "utf8")) as {
  readonly settings: { readonly learningRate: number; readonly weightDecay: number };
  readonly teacher: Taught;
} & Readonly<Record<string, Curve | Taught>>;

beforeAll(() => initBackend("wasm", { threads: 1 }));

/** A tiny model that drops nothing, and its task. */
async function opened({ model: folder, labels, records }: Curve, objective: Objective<object>) {
  const settings = { labels };
  const raws = records.map((record) => objective.read(record, settings));
  const files = tinyBert(folder);
  const config = JSON.parse(new TextDecoder().decode(await files.read("config.json"))) as object;
  const still = { ...config, hidden_dropout_prob: 0, attention_probs_dropout_prob: 0, classifier_dropout: 0 };
  const contents = new Map([["config.json", new TextEncoder().encode(JSON.stringify(still))]]);
  for (const file of ["model.safetensors", "tokenizer.json"]) {
    contents.set(file, (await files.read(file)) as Uint8Array<ArrayBuffer>);
  }
  const initialize = objective.initialize(raws, settings);
  const pretrained = await loadPretrained(memoryFiles(folder, contents), { dtype: "float32", initialize });
  const encode = objective.encoder(pretrained, settings);
  const examples = (await Promise.all(raws.map(encode))).flat();
  const data = { training: examples, validation: examples, batchSize: examples.length, seed: 1 };
  return { pretrained, task: await objective.createTask(pretrained, data, settings) };
}

/** Holds each step's loss to PyTorch's: float32 in another order of sums, which twenty steps of AdamW carry on. */
async function expectLosses({ model }: Pretrained, task: FinetuningTask<never>, losses: readonly number[]) {
  const { learningRate, weightDecay } = golden.settings;
  const weightDecayMask = model.params.named("matrix");
  const optimizer = new AdamW(task.params, { learningRate, weightDecay, weightDecayMask });
  const steps: StepEvent[] = [];
  const onEvent = (event: { type: string }) => event.type === "step" && steps.push(event as StepEvent);
  await train(task, { optimizer, maxSteps: losses.length, onEvent });
  for (const [i, { loss }] of steps.entries()) expect(Math.abs(loss - (losses[i] as number))).toBeLessThan(1e-3);
  expect(steps).toHaveLength(20);
  optimizer.dispose();
}

test.each(["text-classification", "token-classification", "sentence-embeddings"] as const)(
  "%s has the losses of PyTorch over 20 steps",
  async (name) => {
    const curve = golden[name] as Curve;
    const { pretrained, task } = await opened(curve, OBJECTIVES[name] as unknown as Objective<object>);
    await expectLosses(pretrained, task as FinetuningTask<never>, curve.losses);
    pretrained.model.dispose();
  },
);

describe("a teacher", () => {
  const classification = OBJECTIVES["text-classification"] as unknown as Objective<object>;
  const curve = golden["text-classification"] as Curve;

  test("gives the losses of PyTorch over 20 steps, and stays as it is", async () => {
    const { scale, temperature, share, losses } = golden.teacher;
    const student = await opened(curve, classification);
    const { pretrained: teacher } = await opened(curve, classification);
    const last = teacher.model.params.named("matrix").get("classifier.weight") as tf.Variable;
    tf.tidy(() => last.assign(tf.mul(last, scale)));
    const before = await last.data();
    const task = withTeacher(student.task, student.pretrained, teacher, { temperature, share });
    await expectLosses(student.pretrained, task as FinetuningTask<never>, losses);
    expect(await last.data()).toEqual(before);
    for (const { model } of [student.pretrained, teacher]) model.dispose();
  });

  test("counts at labelled tokens alone: not at padding, nor at what follows a word's first token", async () => {
    const tagging = OBJECTIVES["token-classification"] as unknown as Objective<object>;
    const tagged = golden["token-classification"] as Curve;
    const { task, pretrained: student } = await opened(tagged, tagging);
    const { pretrained: teacher } = await opened(tagged, tagging);
    const last = [...teacher.model.params.named("matrix").values()].at(-1) as tf.Variable;
    tf.tidy(() => last.assign(tf.mul(last, -3)));
    const [rows = []] = task.batches(0) as Iterable<readonly unknown[]>;
    const batch = task.batch as NonNullable<typeof task.batch>;
    const [loss, divergences, labels] = tf.tidy(() => {
      const { labels, ...inputs } = batch(rows);
      const [own, known] = [student, teacher].map(({ model }) => {
        const { logits } = (model as never as { forward(inputs: object): { logits: tf.Tensor2D } }).forward(inputs);
        return tf.logSoftmax(logits);
      }) as [tf.Tensor, tf.Tensor];
      const each = tf.sum(tf.mul(tf.exp(known), tf.sub(known, own)), -1);
      const told = withTeacher(task, student, teacher, { temperature: 1, share: 1 });
      return [told.loss(rows, new RandomStream(1)), each, labels].map((x) => [...x.dataSync()]) as number[][];
    }) as [number[], number[], number[]];
    const counted = divergences.filter((_, i) => labels[i] !== -100);
    expect(counted.length).toBeLessThan(divergences.length);
    expect(loss[0]).toBeCloseTo(counted.reduce((sum, x) => sum + x, 0) / counted.length, 5);
    for (const { model } of [student, teacher]) model.dispose();
  });

  test("must read and answer as the student does, in a task that has classes", async () => {
    const { task, pretrained } = await opened(curve, classification);
    const named = (fields: object) => ({ ...pretrained, name: "teacher", ...fields }) as Pretrained;
    const refused =
      (teacher: Pretrained, options = {}) =>
      () =>
        withTeacher(task, pretrained, teacher, options);
    expect(refused(named({ task: "maskedLM", architecture: "BertForMaskedLM" }))).toThrow(
      "teacher: expected a teacher for sequenceClassification, as classifier is, got BertForMaskedLM",
    );
    expect(refused(named({ config: { labels: ["b", "a"] } }))).toThrow(
      `teacher: expected a teacher with the labels ${curve.labels?.join(", ")}, got b, a`,
    );
    expect(refused(named({ tokenizer: { vocabSize: 3 } }))).toThrow("tokens, got 3");
    const { tokenizer } = pretrained;
    const renamed = {
      vocabSize: tokenizer?.vocabSize,
      idToToken: (id: number) => (id === 7 ? "x" : tokenizer?.idToToken(id)),
    };
    expect(refused(named({ tokenizer: renamed }))).toThrow(
      /^teacher: expected a teacher whose token 7 is ".*", got "x"$/,
    );
    expect(refused(pretrained, { share: 0 })).toThrow("expected share to be a number above 0, at most 1, got number 0");
    expect(refused(pretrained, { temperature: NaN })).toThrow(
      "expected temperature to be a number above 0, got number NaN",
    );
    const { batch: _, ...without } = task;
    expect(() => withTeacher(without, pretrained, pretrained)).toThrow("expected a task that learns a class");
    pretrained.model.dispose();
  });
});
