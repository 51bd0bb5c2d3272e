import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { killedAgainAndAgain, logOf } from "./killedRun.ts";
import { buildProgram, qkv } from "./qkv.ts";

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
  for (const field of ["tokenizer.vocabSize", "model", "training.steps", '"step"']) expect(stderr).toContain(field);
});
