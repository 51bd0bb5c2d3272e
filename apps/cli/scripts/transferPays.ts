/**
 * Measures what another language's translator is worth: English to Korean on 1, 10 and 100 % of the pairs, from random weights,
 * from the English-French model that ships, and with low-rank updates beside it (LoRA).
 *
 * Run: pnpm example apps/cli/scripts/transferPays.ts DATA OUT [OPTION...]
 *
 * DATA has parallel/tatoeba-ko-new, parallel/stylekqc and parallel/jhe, each with en-ko.tsv. All starts have one vocabulary, made
 * of the pairs; of the French model's vectors those stay whose tokens it has. LoRA trains the vectors, too, as PEFT's modules_to_save:
 * most are new. OUT gets the pairs, the starts, the recipes, the runs of `qkv train`, and results.jsonl. What stands there already is
 * not done again; a run that was stopped goes on.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { initBackend } from "@qkv/backend";
import { Params, RandomStream } from "@qkv/nn";
import { createTranslator, loadAdapter, loadPretrained } from "@qkv/pretrained";
import { modelFolder, savePretrained } from "@qkv/pretrained/node";
import { chrF, shuffle } from "@qkv/training";
import { marian } from "@qkv/transformer";
import { TranslationTrainingConfig } from "../src/translation/config/trainingConfig.ts";
import { readPairs, type SentencePair } from "../src/translation/pairs/pairs.ts";
import { readSplits } from "../src/translation/pairs/splits.ts";
import { restarted } from "../src/translation/restarted.ts";
import { trainVocabulary } from "../src/translation/vocabulary.ts";
import { trained } from "./trained.ts";

const [data = "", out = "", ...more] = process.argv.slice(2); // more: options of qkv train, such as --threads 1
const at = (name: string) => path.resolve(out, name);

interface Start {
  readonly start: string;
  readonly model: string;
  readonly learningRate: number;
  readonly adapter?: object;
}

const SHARES = [
  { percent: 1, steps: 200, everySteps: 25 },
  { percent: 10, steps: 500, everySteps: 50 },
  { percent: 100, steps: 1500, everySteps: 150 },
];
const RECIPE = JSON.parse(readFileSync("recipes/en-ko.json", "utf8")) as { data: { added: { tsv: string }[] } };
const SENTENCES = ["stylekqc", "jhe"];
const STARTS: readonly Start[] = [
  { start: "random", model: "random", learningRate: 0.001 },
  { start: "en-fr", model: "en-fr", learningRate: 0.001 },
  {
    ...{ start: "en-fr with LoRA", model: "en-fr", learningRate: 0.002 },
    adapter: { rank: 16, modulesToSave: ["shared"] },
  },
];

/** Writes the pairs and the models to begin with. */
async function prepare(): Promise<void> {
  if (existsSync(at("en-fr/model.safetensors"))) return;
  mkdirSync(out, { recursive: true });
  const added = RECIPE.data.added.filter(({ tsv }) => SENTENCES.some((name) => tsv === `parallel/${name}/en-ko.tsv`));
  const config = TranslationTrainingConfig.parse({
    ...RECIPE,
    data: { ...RECIPE.data, added, augmentation: undefined },
  });
  const splits = await readSplits(config, { data, recipe: "recipes" });
  const all = [...splits.training, ...splits.added.flatMap(({ pairs }) => pairs)];
  const pairs = shuffle(all, new RandomStream(1));
  const write = (name: string, lines: readonly SentencePair[]) =>
    writeFileSync(at(`${name}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  for (const { percent } of SHARES)
    write(`pairs-${percent}`, pairs.slice(0, Math.round((percent / 100) * pairs.length)));
  write("validation", splits.validation);

  await initBackend("wasm");
  const tokenizer = await trainVocabulary(pairs, { vocabSize: 7000, minFrequency: 2 });
  const french = await loadPretrained(modelFolder("models/en-fr"), { families: [marian], dtype: "float32" });
  if (french.tokenizer === undefined) throw new Error("models/en-fr: expected a tokenizer");
  const changes = { tokenizer, dropout: 0.1, seed: 1 };
  const model = await restarted(french.model, french.tokenizer, changes);
  const random = marian.build(Params.initialized(1), model.config);
  await savePretrained(at("random"), { model: random, tokenizer, dtype: "F32" });
  await savePretrained(at("en-fr"), { model, tokenizer, dtype: "F32" });
  for (const each of [french.model, model, random]) each.dispose();
}

/** chrF of a run's translations of the test split, which nothing is chosen by. */
async function testChrF(start: string, run: string): Promise<number> {
  await initBackend("wasm");
  const pairs = await readPairs({ tsv: "parallel/tatoeba-ko-new/en-ko.tsv", reverse: false }, data, "test");
  const hasAdapter = existsSync(at(`${run}/adapter`));
  const pretrained = await loadPretrained(modelFolder(hasAdapter ? at(start) : at(`${run}/model`)), {
    ...{ families: [marian], dtype: "float32" },
  });
  const { model } = pretrained;
  const adapter = hasAdapter ? await loadAdapter(model, modelFolder(at(`${run}/adapter`))) : undefined;
  try {
    adapter?.attach();
    const translations = await createTranslator(pretrained).translateBatch(pairs.map(({ source }) => source));
    return chrF(
      translations.map(({ translation }) => translation),
      [pairs.map(({ target }) => target)],
    ).score;
  } finally {
    adapter?.dispose();
    model.dispose();
  }
}

await prepare();
const results: object[] = [];
for (const { percent, steps, everySteps } of SHARES) {
  for (const { start, model, learningRate, adapter } of STARTS) {
    const name = `${start.replaceAll(" ", "-")}-${percent}`;
    const recipe = {
      ...{ task: "seq2seq", seed: 1, model: at(model) },
      data: { training: at(`pairs-${percent}.jsonl`), validation: at("validation.jsonl"), maxTokens: 64 },
      ...(adapter && { adapter }),
      objective: { labelSmoothing: 0.1 },
      training: { steps, batchSize: 32, learningRate, warmupSteps: steps / 10, clipNorm: 1 },
      validation: { everySteps, metric: "loss" },
    };
    const metric = trained({ out, name, recipe, data, more });
    results.push({ start, percent, loss: metric("loss"), chrF: await testChrF(model, name) });
    console.log(results.at(-1));
  }
}
writeFileSync(at("results.jsonl"), results.map((each) => `${JSON.stringify(each)}\n`).join(""));
