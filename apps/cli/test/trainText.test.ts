import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { killedAgainAndAgain, logOf } from "./killedRun.ts";
import { buildProgram, qkv } from "./qkv.ts";

let folder: string;
let config: string;
const at = (name: string) => path.join(folder, name);
const RECIPE = {
  task: "text-generation",
  data: { text: "counting.txt", validationShare: 0.2 },
  tokenizer: { kind: "characters" },
  model: { dModel: 16, numLayers: 1, numHeads: 2, maxPositions: 12, dropout: 0.05 },
  training: { steps: 120, batchSize: 16, learningRate: 0.02, warmupSteps: 5, schedule: "cosine" },
  validation: { everySteps: 30 },
  checkpoints: { everySteps: 10, average: 2 },
};
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-train-text-"));
  config = at("config.json");
  await buildProgram();
  await writeFile(config, JSON.stringify(RECIPE));
  await writeFile(at("counting.txt"), "one two three four five six; ".repeat(100));
});
afterAll(() => rm(folder, { recursive: true }));

test("a run that is killed again and again ends as one that never was, with a model that goes on with the text", async () => {
  const [whole, killed] = [at("whole"), at("killed")];
  const place = ["--data", folder, "--backend", "wasm"];
  const started = ["train", "text-generation", "--config", config];
  expect(await qkv([...started, "--out", whole, ...place])).toMatchObject({ code: 0, stdout: "" });
  await killedAgainAndAgain(
    [...started, "--out", killed, "--tensorboard", ...place],
    [...started.slice(0, 2), "--resume", killed, ...place],
    killed,
    45,
  );
  expect(await logOf(killed)).toEqual(await logOf(whole));
  expect(await stepsOfCurves(killed)).toEqual(new Set(Array.from({ length: RECIPE.training.steps }, (_, i) => i + 1)));
  expect(existsSync(path.join(whole, "tensorboard"))).toBe(false);
  for (const file of ["model.safetensors", "config.json", "tokenizer.json", "generation_config.json"]) {
    const [a, b] = await Promise.all([whole, killed].map((run) => readFile(path.join(run, "model", file))));
    expect(a?.equals(b ?? Buffer.alloc(0)), file).toBe(true);
  }
  const model = ["--model", path.join(whole, "model"), "--backend", "wasm"];
  const generated = await qkv(["generate", ...model, "--prompt", "one tw", "--max-new-tokens", "6"]);
  expect(generated).toMatchObject({ code: 0, stdout: "one two three\n".slice(0, 12) + "\n", stderr: "" });

  const { stdout } = await qkv(["evaluate", "text-generation", ...model, "--data", at("counting.txt"), "--json"]);
  const { loss, perplexity, tokens } = JSON.parse(stdout) as { loss: number; perplexity: number; tokens: number };
  expect(tokens).toBe(2899); // all but the first
  expect(perplexity).toBeCloseTo(Math.exp(loss));
  expect(loss).toBeLessThan(0.5); // where the text goes at random it would be above 2
});

/** The steps whose loss TensorBoard's files of a run have, each file's begun by one process. */
async function stepsOfCurves(run: string): Promise<Set<number>> {
  const curves = path.join(run, "tensorboard");
  const files = await readdir(curves);
  expect(files.length).toBeGreaterThan(1); // the run was killed
  const steps = new Set<number>();
  for (const file of files) {
    const bytes = await readFile(path.join(curves, file));
    let end = 0;
    for (let at = 0; at + 12 <= bytes.length; at = end) {
      end = at + 16 + Number(bytes.readBigUInt64LE(at)); // length, its checksum, data, its checksum
      const event = bytes.subarray(at + 12, end - 4);
      if (event.includes("train/loss")) steps.add(event[10] ?? NaN); // behind 9 bytes of time and a key; below 128 one byte
    }
  }
  return steps;
}

test("byte-level BPE is learned from the training part, and what is not in it can be written all the same", async () => {
  const file = at("bpe.json");
  const tokenizer = { kind: "bpe", vocabSize: 280 };
  const training = { ...RECIPE.training, steps: 5, warmupSteps: 0 };
  await writeFile(
    file,
    JSON.stringify({ ...RECIPE, tokenizer, training, model: { ...RECIPE.model, maxPositions: 8 } }),
  );
  const run = ["train", "text-generation", "--config", file, "--out", at("bpe"), "--data", folder, "--backend", "wasm"];
  expect(await qkv(run)).toMatchObject({ code: 0 });
  const model = ["--model", path.join(at("bpe"), "model")];
  const { stdout } = await qkv(["generate", ...model, "--prompt", "é 🐕", "--max-new-tokens", "1", "--json"]);
  expect((JSON.parse(stdout) as { text: string[] }).text[0]).toMatch(/^é 🐕/);
});

test.each([
  [{ data: { text: "nowhere.txt" } }, "nowhere.txt: expected a text, got nothing of this name"],
  [
    { model: { ...RECIPE.model, maxPositions: 600 } },
    "expected more than 600 tokens to train on and to validate on, got 580",
  ],
  [{ model: { ...RECIPE.model, numHeads: 3 } }, "n_head to be a divisor of 16"],
  [{ tokenizer: { kind: "words" } }, "tokenizer.kind"],
])("%j is refused before anything is written", async (changes, message) => {
  const file = at("bad.json");
  await writeFile(file, JSON.stringify({ ...RECIPE, ...changes }));
  const { code, stderr } = await qkv([
    "train",
    "text-generation",
    "--config",
    file,
    "--out",
    at("bad"),
    "--data",
    folder,
  ]);
  expect(stderr).toContain(message);
  expect(code).toBeGreaterThan(0);
  await rm(at("bad"), { recursive: true, force: true });
});
