import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { marian } from "@qkv/transformer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { killedAgainAndAgain, logOf } from "./killedRun.ts";
import { buildProgram, qkv } from "./qkv.ts";
import { writeTinyModel } from "./tinyModel.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-train-"));
  await Promise.all([buildProgram(), writePairs(), writeConfigs()]);
});
afterAll(() => rm(folder, { recursive: true }));

/** Some hundreds of pairs of a toy language: the words the other way round, each in capitals. */
async function writePairs(): Promise<void> {
  const words = ["a", "dog", "cat", "runs", "sees", "the", "snow", "red", "old", "train"];
  const lines = Array.from({ length: 300 }, (_, i) => {
    const sentence = [i % 10, (i * 7) % 9, (i * 3 + 1) % 10, Math.floor(i / 10) % 10].map((w) => words[w] ?? "");
    return `${sentence.join(" ")}\t${sentence.reverse().join(" ").toUpperCase()}\n`;
  });
  await writeFile(path.join(folder, "pairs.txt"), lines.join(""));
}

async function writeConfigs(): Promise<void> {
  const config = {
    task: "translation",
    languages: { source: "en", target: "xx" },
    data: { pairs: { tsv: "pairs.txt" } },
    tokenizer: { vocabSize: 300 },
    model: { dModel: 16, encoderLayers: 1, decoderLayers: 1, numHeads: 2, ffnDim: 32, dropout: 0.1 },
    training: { steps: 36, tokensPerBatch: 64, learningRate: 0.01, warmupSteps: 4 },
    validation: { everySteps: 12, pairs: 6 },
    checkpoints: { everySteps: 4 },
  };
  await writeFile(path.join(folder, "config.json"), JSON.stringify(config));
  const endless = { ...config, training: { ...config.training, steps: 1_000_000, schedule: "constant" } };
  await writeFile(path.join(folder, "endless.json"), JSON.stringify(endless));
}

test("a run that is killed again and again ends as one that never was: the same losses, the same model", async () => {
  const [whole, killed] = [path.join(folder, "whole"), path.join(folder, "killed")];
  const place = ["--data", folder, "--backend", "wasm"];
  const started = ["train", "translation", "--config", path.join(folder, "config.json")];
  expect(await qkv([...started, "--out", whole, ...place])).toMatchObject({ code: 0, stdout: "" });

  await killedAgainAndAgain(
    [...started, "--out", killed, ...place],
    ["train", "translation", "--resume", killed, ...place],
    killed,
    7,
  );

  expect(await logOf(killed)).toEqual(await logOf(whole));
  for (const file of ["model.safetensors", "tokenizer.json", "config.json"]) {
    const [a, b] = await Promise.all([whole, killed].map((run) => readFile(path.join(run, "model", file))));
    expect(a?.equals(b ?? Buffer.alloc(0)), file).toBe(true);
  }
});

test("a run goes on from a trained model with its tokenizer, and resumes when that is gone", async () => {
  const model = path.join(folder, "trained");
  await writeTinyModel(model);
  const recipe = JSON.parse(await readFile(path.join(folder, "endless.json"), "utf8")) as Record<string, unknown>;
  const { tokenizer, model: size, ...rest } = recipe;
  const file = path.join(folder, "further.json");
  const further = { ...rest, startFrom: model, training: { steps: 4, tokensPerBatch: 64, learningRate: 1e-9 } };
  await writeFile(file, JSON.stringify(further));
  const [run, place] = [path.join(folder, "further"), ["--data", folder, "--backend", "wasm"]];
  const started = ["train", "translation", "--config", file, "--out", run, ...place];
  expect(await qkv(started)).toMatchObject({ code: 0, stdout: "" });
  const [before, after] = await Promise.all([model, path.join(run, "model")].map((from) => modelFiles(from)));
  expect(after?.tokenizer).toEqual(before?.tokenizer);
  expect(after?.config).toMatchObject({ d_model: 8, encoder_layers: 1 });
  expect(largestChange(before?.weights, after?.weights)).toBeLessThan(1e-3);

  await rm(model, { recursive: true });
  await rm(path.join(run, "model"), { recursive: true });
  expect(await qkv(["train", "translation", "--resume", run, ...place])).toMatchObject({ code: 0 });
  expect(await modelFiles(path.join(run, "model"))).toEqual(after);

  await writeFile(file, JSON.stringify({ ...further, tokenizer, model: size }));
  const { code, stderr } = await qkv(["train", "translation", "--config", file, "--out", `${run}-2`]);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("beside startFrom") as string });
});

test("a run goes on with another vocabulary, in which known tokens keep their vectors", async () => {
  const model = path.join(folder, "other");
  await writeTinyModel(model);
  const recipe = JSON.parse(await readFile(path.join(folder, "endless.json"), "utf8")) as Record<string, unknown>;
  const { model: _, ...rest } = recipe;
  const file = path.join(folder, "vocabulary.json");
  const training = { steps: 2, tokensPerBatch: 64, learningRate: 1e-9 };
  await writeFile(file, JSON.stringify({ ...rest, startFrom: model, dropout: 0.25, training }));
  const run = path.join(folder, "vocabulary");
  const args = ["train", "translation", "--config", file, "--out", run, "--data", folder, "--backend", "wasm"];
  expect(await qkv(args)).toMatchObject({ code: 0, stdout: "" });
  const [before, after] = await Promise.all([model, path.join(run, "model")].map((from) => vectorsOf(from)));
  expect(after?.config).toMatchObject({ dropout: 0.25, vocabSize: after?.vectors.size });
  const shared = [...(before?.vectors ?? [])].filter(([token]) => after?.vectors.has(token));
  expect(shared.length).toBeGreaterThan(10);
  expect(shared.length).toBeLessThan(after?.vectors.size ?? 0);
  for (const [token, vector] of shared) {
    expect(largestChange([vector], [after?.vectors.get(token) ?? []]), token).toBeLessThan(1e-3);
  }
});

/** The vector of each token. */
async function vectorsOf(from: string) {
  const { model, tokenizer } = await loadPretrained(modelFolder(from), { families: [marian] });
  const [config, width] = [model.config, model.config.dModel];
  const rows = [...(model.params.named().get("shared.weight")?.dataSync() ?? [])];
  model.dispose();
  const tokens = Array.from({ length: config.vocabSize }, (_, id) => tokenizer?.idToToken(id) ?? "");
  return { config, vectors: new Map(tokens.map((token, id) => [token, rows.slice(id * width, (id + 1) * width)])) };
}

async function modelFiles(from: string) {
  const read = async (file: string) => JSON.parse(await readFile(path.join(from, file), "utf8")) as unknown;
  const { model } = await loadPretrained(modelFolder(from), { families: [marian] });
  const weights = [...model.params.named().values()].map((variable) => [...variable.dataSync()]);
  model.dispose();
  return { tokenizer: await read("tokenizer.json"), config: await read("config.json"), weights };
}

function largestChange(before: number[][] = [], after: number[][] = []): number {
  return Math.max(...before.flatMap((row, i) => row.map((x, j) => Math.abs(x - (after[i]?.[j] ?? NaN)))));
}

test("Ctrl-C stops a run with a checkpoint, and says how to go on", async () => {
  const run = path.join(folder, "stopped");
  const args = ["--config", path.join(folder, "endless.json"), "--out", run, "--data", folder, "--backend", "wasm"];
  const { code, stderr } = await qkv(["train", "translation", ...args], {
    whileRunning: (child) => {
      child.stderr?.on("data", (text: string) => {
        if (text.includes("step 12:")) child.kill("SIGINT");
      });
    },
  });
  expect({ code, stderr }).toMatchObject({ code: 130, stderr: expect.stringContaining(`--resume ${run}`) as string });
});

test("a config is checked before anything starts, each problem by its field", async () => {
  const file = path.join(folder, "bad.json");
  await writeFile(file, JSON.stringify({ task: "translation", tokenizer: { vocabSize: -1 }, training: { step: 3 } }));
  const { code, stderr } = await qkv(["train", "translation", "--config", file, "--out", path.join(folder, "bad")]);
  expect(code).toBe(2);
  for (const field of ["tokenizer.vocabSize", "training.steps", '"step"']) expect(stderr).toContain(field);
});
