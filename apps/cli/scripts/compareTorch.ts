/**
 * Compares runs that leave for PyTorch after 50 steps and come back after 50 more with runs that never left, step by step.
 *
 * Run: TORCHRUN=.venv/bin/torchrun pnpm example apps/cli/scripts/compareTorch.ts OUT [CASE...]; MODEL names that of the last two cases
 *
 * OUT is a new folder for the runs. PyTorch has two processes on the CPU (gloo). It gets `losses.jsonl`, one line a step of those made
 * in PyTorch and after it, with both losses, and a line of the largest differences of each case is printed.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const [out = "", ...chosen] = process.argv.slice(2);
const DATA = "recipes";
const MODEL = process.env["MODEL"] ?? "packages/pretrained/test/golden/gguf/qwen2.gguf";
const [LEAVES, RETURNS, ENDS] = [50, 100, 150];

const often = { validation: { everySteps: 50 }, checkpoints: { everySteps: 50, keep: 10 } };
const optimization = { steps: ENDS, learningRate: 0.003, warmupSteps: 10 };
const text = (training: object) => ({
  task: "text-generation",
  data: { text: "en-fr/phrases.tsv" },
  tokenizer: { kind: "bpe", vocabSize: 400 },
  model: { dModel: 32, numLayers: 2, numHeads: 4, maxPositions: 32 },
  training: { ...optimization, batchSize: 5, schedule: "cosine", weightDecay: 0.1, ...training },
  ...often,
});
const instructions = (fields: object) => ({
  task: "instructions",
  model: MODEL,
  data: { training: path.resolve(out, "pairs.jsonl") },
  training: { ...optimization, batchSize: 3, weightDecay: 0.01, schedule: "constant" },
  ...often,
  ...fields,
});
const CASES: Readonly<Record<string, { readonly task: string }>> = {
  adamW: text({}),
  lion: text({ optimizer: "lion", learningRate: 0.0001, schedule: "stableThenDecay" }),
  muon: text({ optimizer: "muon", schedule: "inverseSqrt" }),
  translation: {
    task: "translation",
    languages: { source: "en", target: "fr" },
    data: { pairs: { tsv: "en-fr/phrases.tsv" } },
    tokenizer: { vocabSize: 400 },
    model: { dModel: 32, encoderLayers: 2, decoderLayers: 2, numHeads: 4, ffnDim: 64, dropout: 0 },
    training: { ...optimization, tokensPerBatch: 150 },
    ...often,
  },
  lora: instructions({ adapter: { rank: 4, targetModules: ["q_proj", "v_proj", "down_proj"] } }),
  instructions: instructions({}),
} as Readonly<Record<string, { readonly task: string }>>;

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1e9 });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
}

const qkv = (...args: string[]) => run(process.execPath, [...process.execArgv, "apps/cli/src/main.ts", ...args]);
const place = ["--data", DATA, "--backend", "wasm"];

/** The losses of a run's steps. */
function lossesOf(folder: string): Map<number, number> {
  const lines = readFileSync(path.join(folder, "log.jsonl"), "utf8").trimEnd().split("\n");
  const events = lines.map((line) => JSON.parse(line) as { type: string; step: number; loss: number });
  return new Map(events.filter(({ type }) => type === "step").map(({ step, loss }) => [step, loss]));
}

function compare(name: string, recipe: { readonly task: string }): void {
  const at = (part: string) => path.join(out, name, part);
  mkdirSync(at("."), { recursive: true });
  writeFileSync(at("recipe.json"), JSON.stringify(recipe));
  qkv("train", recipe.task, "--config", at("recipe.json"), "--out", at("whole"), ...place);
  cpSync(at("whole"), at("left"), { recursive: true });
  for (const step of [RETURNS, ENDS]) {
    rmSync(at(`left/checkpoints/step-${String(step).padStart(8, "0")}.safetensors`));
  }
  qkv("export", "torch", at("left"), "--out", at("torch"), ...place);
  const steps = ["--steps", String(RETURNS - LEAVES), "--device", "cpu"];
  run(process.env["TORCHRUN"] ?? "torchrun", ["--nproc-per-node", "2", at("torch/train.py"), ...steps]);
  qkv("train", recipe.task, "--resume", at("torch"), ...place);

  const [never, left] = [lossesOf(at("whole")), lossesOf(at("torch"))];
  const differences = new Map<string, number>();
  for (let step = LEAVES + 1; step <= ENDS; step++) {
    const where = step <= RETURNS ? "torch" : "back";
    const [a = NaN, b = NaN] = [never.get(step), left.get(step)];
    differences.set(where, Math.max(differences.get(where) ?? 0, Math.abs(a - b)));
    appendFileSync(
      path.join(out, "losses.jsonl"),
      `${JSON.stringify({ case: name, step, where, never: a, left: b })}\n`,
    );
  }
  console.log(name, Object.fromEntries(differences));
}

/** Short prompts and answers, for models of few positions. */
function writePairs(): void {
  const lines = readFileSync(path.join(DATA, "en-fr/phrases.tsv"), "utf8").split("\n");
  const pairs = lines
    .map((line) => line.split("\t"))
    .filter(([en = "", fr = ""]) => fr !== "" && en.length + fr.length < 40);
  const records = pairs.slice(0, 40).map(([prompt, completion]) => JSON.stringify({ prompt, completion }));
  mkdirSync(out, { recursive: true });
  writeFileSync(path.join(out, "pairs.jsonl"), records.join("\n"));
}

writePairs();
for (const [name, recipe] of Object.entries(CASES)) {
  if (chosen.length === 0 || chosen.includes(name)) compare(name, recipe);
}
