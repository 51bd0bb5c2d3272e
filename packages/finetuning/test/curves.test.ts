// Losses of fine-tuning step by step, beside PyTorch's on the same batches from the same start (golden/make_finetuning.py).
import { readFileSync } from "node:fs";
import { initBackend } from "@qkv/backend";
import { type DataRecord, type Objective, OBJECTIVES } from "@qkv/finetuning";
import { loadPretrained, memoryFiles } from "@qkv/pretrained";
import { AdamW, type StepEvent, train } from "@qkv/training";
import { beforeAll, expect, test } from "vitest";
import { tinyBert } from "./tinyModels.ts";

interface Curve {
  readonly model: "classifier" | "tagger" | "embedder";
  readonly labels?: readonly string[];
  readonly records: readonly DataRecord[];
  readonly losses: readonly number[];
}

const golden = JSON.parse(readFileSync(new URL("golden/curves.json", import.meta.url), "utf8")) as {
  readonly settings: { readonly learningRate: number; readonly weightDecay: number };
} & Readonly<Record<string, Curve>>;

beforeAll(() => initBackend("wasm", { threads: 1 }));

test.each(["text-classification", "token-classification", "sentence-embeddings"] as const)(
  "%s has the losses of PyTorch over 20 steps",
  async (name) => {
    const { model: folder, labels, records, losses } = golden[name] as Curve;
    const objective = OBJECTIVES[name] as unknown as Objective<object>;
    const settings = { labels };
    const raws = records.map((record) => objective.read(record, settings));
    const files = tinyBert(folder);
    const config = JSON.parse(new TextDecoder().decode(await files.read("config.json"))) as object;
    const still = { ...config, hidden_dropout_prob: 0, attention_probs_dropout_prob: 0, classifier_dropout: 0 };
    const contents = new Map([["config.json", new TextEncoder().encode(JSON.stringify(still))]]);
    for (const file of ["model.safetensors", "tokenizer.json"])
      contents.set(file, (await files.read(file)) as Uint8Array<ArrayBuffer>);
    const initialize = objective.initialize(raws, settings);
    const pretrained = await loadPretrained(memoryFiles(folder, contents), { dtype: "float32", initialize });
    const encode = objective.encoder(pretrained, settings);
    const examples = (await Promise.all(raws.map(encode))).flat();
    const data = { training: examples, validation: examples, batchSize: examples.length, seed: 1 };
    const task = await objective.createTask(pretrained, data, settings);
    const { learningRate, weightDecay } = golden.settings;
    const weightDecayMask = pretrained.model.params.named("matrix");
    const optimizer = new AdamW(task.params, { learningRate, weightDecay, weightDecayMask });
    const steps: StepEvent[] = [];
    const onEvent = (event: { type: string }) => event.type === "step" && steps.push(event as StepEvent);
    await train(task, { optimizer, maxSteps: losses.length, onEvent });
    // float32 in another order of sums, which twenty steps of AdamW carry on
    for (const [i, { loss }] of steps.entries()) expect(Math.abs(loss - (losses[i] as number))).toBeLessThan(1e-3);
    expect(steps).toHaveLength(20);
    optimizer.dispose();
    pretrained.model.dispose();
  },
);
