import { initBackend } from "@qkv/backend";
import { type DataRecord, type Objective, OBJECTIVES } from "@qkv/finetuning";
import { loadPretrained, memoryFiles, type ModelFiles, pretrainedFiles } from "@qkv/pretrained";
import { expectNoLeaks, tinySpeech } from "@qkv/testing";
import { AdamW, type StepEvent, train } from "@qkv/training";
import { beforeAll, describe, expect, test } from "vitest";
import { tinyBert, tinyGpt, tinyT5 } from "./tinyModels.ts";

type Any = Objective<object, never, never, never>;

interface Case {
  readonly files: () => ModelFiles | Promise<ModelFiles>;
  readonly settings?: object;
  readonly records: readonly DataRecord[];
  readonly metrics: readonly string[];
  readonly learningRate?: number;
  /** The class that a model of another class becomes. */
  readonly architecture: string;
}

const TEXTS = ["ada wrote a program", "the engine is in london", "open about noon", "what is a program and an engine"];
const SENTENCES = ["the film was good and great", "you and I is it not what of", "a bad film is very boring"];

const CASES: Readonly<Record<keyof typeof OBJECTIVES, Case>> = {
  "text-classification": {
    files: () => tinyBert("embedder"),
    records: TEXTS.map((text, i) => ({ text, label: i % 2 === 0 ? "person" : "place" })),
    metrics: ["loss", "accuracy", "f1"],
    learningRate: 0.003,
    architecture: "BertForSequenceClassification",
  },
  "token-classification": {
    files: () => tinyBert("masked"),
    records: TEXTS.map((text) => ({
      tokens: text.split(" "),
      tags: text.split(" ").map((word) => (word === "ada" || word === "london" ? "B-NAME" : "O")),
    })),
    metrics: ["loss", "accuracy", "f1"],
    architecture: "BertForTokenClassification",
  },
  "masked-language-model": {
    files: () => tinyBert("embedder"),
    settings: { wholeWords: true, maskRate: 0.4 },
    records: TEXTS.map((text) => ({ text })),
    metrics: ["loss", "perplexity"],
    architecture: "BertForMaskedLM",
  },
  "sentence-embeddings": {
    files: () => tinyBert("masked"),
    records: TEXTS.map((text, i) => ({ anchor: text, positive: `about ${text}`, negative: TEXTS[(i + 1) % 4] })),
    metrics: ["loss", "accuracy", "mrr"],
    architecture: "BertModel",
  },
  "language-model": {
    files: tinyGpt,
    settings: { fromScratch: true, maxTokens: 6 },
    records: SENTENCES.map((text) => ({ text })),
    metrics: ["loss", "perplexity"],
    architecture: "GPT2LMHeadModel",
  },
  instructions: {
    files: tinyGpt,
    records: SENTENCES.map((completion) => ({ prompt: "what is it", completion })),
    metrics: ["loss", "perplexity"],
    architecture: "GPT2LMHeadModel",
  },
  preference: {
    files: tinyGpt,
    records: SENTENCES.map((chosen) => ({ prompt: "what is it", chosen, rejected: "not very good" })),
    metrics: ["loss", "accuracy", "margin"],
    architecture: "GPT2LMHeadModel",
  },
  seq2seq: {
    files: tinyT5,
    settings: { prefix: "what is " },
    records: SENTENCES.map((source, i) => ({ source, target: SENTENCES[(i + 1) % 3] })),
    metrics: ["loss", "perplexity"],
    architecture: "T5ForConditionalGeneration",
  },
  "span-corruption": {
    files: tinyT5,
    settings: { fromScratch: true },
    records: SENTENCES.map((text) => ({ text })),
    metrics: ["loss", "perplexity"],
    architecture: "T5ForConditionalGeneration",
  },
  "speech-recognition": {
    files: () => memoryFiles("hubert", tinySpeech("hubert")),
    records: ["TEA", "A TOE", "THE SEA"].map((text, k) => ({
      audio: {
        channels: [Float32Array.from({ length: 300 }, (_, i) => Math.sin(i * (k + 1) * 0.1))],
        sampleRate: 1600,
      },
      text,
    })),
    metrics: ["loss", "wordErrorRate"],
    architecture: "HubertForCTC",
  },
};

const ANEW = { weights: "all", seed: 1 } as const;

beforeAll(() => initBackend("wasm", { threads: 1 }));

describe.each(Object.keys(OBJECTIVES) as (keyof typeof OBJECTIVES)[])("%s", (name) => {
  const { files, settings = {}, records, metrics, learningRate = 0.01, architecture } = CASES[name];
  const isNew = files === tinyGpt || files === tinyT5;
  const objective = OBJECTIVES[name] as unknown as Any;

  test("learns a few examples by heart, and the model is opened again", async () => {
    await expectNoLeaks(async () => {
      const raws = records.map((record) => objective.read(record, settings));
      const pretrained = await loadPretrained(await files(), {
        dtype: "float32",
        initialize: { ...objective.initialize(raws, settings), ...(isNew && ANEW) },
      });
      const encode = objective.encoder(pretrained, settings);
      const examples = (await Promise.all(raws.map(encode))).flat();
      const data = { training: examples, validation: examples, batchSize: 3, seed: 1 };
      const task = await objective.createTask(pretrained, data, settings);
      const optimizer = new AdamW(task.params, { learningRate });
      const before = await task.validate(undefined);
      expect(Object.keys(before)).toEqual(metrics);
      expect(Object.keys(task.metrics)).toEqual(metrics);
      const steps: StepEvent[] = [];
      await train(task, {
        optimizer,
        maxSteps: 30,
        onEvent: (event) => event.type === "step" && steps.push(event),
      });
      const after = await task.validate(undefined);
      expect(after["loss"]).toBeLessThan((before["loss"] as number) * 0.9);
      expect(await task.validate(undefined)).toEqual(after);

      const more = objective.files?.(pretrained, settings);
      const saved = await pretrainedFiles({ ...pretrained, generationConfig: {}, ...(more && { files: more }) });
      const again = await loadPretrained(memoryFiles("saved", saved), { dtype: "float32" });
      expect(again.architecture).toBe(architecture);
      const measured = await objective.createTask(again, data, settings);
      if (name !== "preference")
        expect((await measured.validate(undefined))["loss"]).toBeCloseTo(after["loss"] as number, 5);
      for (const each of [optimizer, pretrained.model, again.model]) each.dispose();
    });
  });

  test("draws the same batches for an epoch, and others for another", async () => {
    const raws = records.map((record) => objective.read(record, settings));
    const { model, ...others } = await loadPretrained(await files(), {
      initialize: { ...objective.initialize(raws, settings), ...ANEW },
    });
    const pretrained = { model, ...others } as never;
    const encode = objective.encoder(pretrained, settings);
    const examples = (await Promise.all(raws.map(encode))).flat();
    const task = await objective.createTask(
      pretrained,
      { training: examples, validation: examples, batchSize: 2, seed: 1 },
      settings,
    );
    const batches = (epoch: number) => JSON.stringify([...(task.batches(epoch) as Iterable<unknown>)]);
    expect(batches(3)).toBe(batches(3));
    expect(batches(3)).not.toBe(batches(4));
    model.dispose();
  });
});
