/**
 * Measures what pre-training is worth: a BERT learns to restore hidden words of English sentences, then to tell paraphrases from
 * other requests of nearly the same words, on 1, 10 and 100 % of the pairs; beside it the same model of random weights.
 *
 * Run: pnpm example apps/cli/scripts/pretrainingPays.ts DATA OUT [OPTION...]
 *
 * DATA has tatoeba/fra-eng.zip and parallel/stylekqc/en-ko.tsv (English side; requests in groups of ten that say the same). A tenth of
 * the groups is kept for the test. OUT gets the texts, the pairs, the recipes, the runs of `qkv train`, and results.jsonl. What
 * stands there already is not done again; a run that was stopped goes on.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { initBackend } from "@qkv/backend";
import { Params, RandomStream } from "@qkv/nn";
import { savePretrained } from "@qkv/pretrained/node";
import { templateProcessing, trainWordPiece } from "@qkv/tokenizers";
import { shuffle } from "@qkv/training";
import { bert } from "@qkv/transformer";
import { readPairs } from "../src/translation/pairs/pairs.ts";
import { type Recipe, trained } from "./trained.ts";

const [data = "", out = "", ...more] = process.argv.slice(2); // more: options of qkv train, such as --threads 1
const at = (name: string) => path.join(out, name);

const SPECIAL = { "[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4 };
const SHARES = [
  { percent: 1, steps: 150, everySteps: 30 },
  { percent: 10, steps: 400, everySteps: 40 },
  { percent: 100, steps: 1200, everySteps: 120 },
];
const SEEDS = [1, 2, 3];

interface Request {
  readonly text: string;
  readonly words: ReadonlySet<string>;
  readonly group: number;
}

interface Pair {
  readonly text: string;
  readonly pair: string;
  readonly label: "same" | "other";
}

/** How many of the words of two sentences both have, as a share of all (Jaccard). */
function overlap(a: Request, b: Request): number {
  const both = [...a.words].filter((word) => b.words.has(word)).length;
  return both / (a.words.size + b.words.size - both);
}

/** For four sentences of each group a paraphrase, and of 300 requests of other groups the one with most words in common. */
function pairsOf(groups: readonly (readonly string[])[]): Pair[] {
  const random = new RandomStream(1);
  const grouped = groups.map((texts, group) =>
    texts.map((text): Request => ({ text, words: new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu)), group })),
  );
  const all = grouped.flat();
  return grouped.flatMap((requests) =>
    requests.slice(0, 4).flatMap((request, i): Pair[] => {
      const drawn = Array.from({ length: 300 }, () => all[random.next() % all.length] ?? request);
      const others = drawn.filter(({ group }) => group !== request.group);
      const nearest = others.reduce((best, each) => (overlap(request, each) > overlap(request, best) ? each : best));
      const paraphrase = requests[(i + 4) % requests.length] ?? request;
      return [
        { text: request.text, pair: paraphrase.text, label: "same" },
        { text: request.text, pair: nearest.text, label: "other" },
      ];
    }),
  );
}

/** The groups of requests, as they stand in the file. */
function requestGroups(): string[][] {
  const groups = new Map<string, Set<string>>();
  for (const line of readFileSync(path.join(data, "parallel/stylekqc/en-ko.tsv"), "utf8").trimEnd().split("\n")) {
    const [english = "", , place = ""] = line.split("\t");
    const name = place.replace(/_.*/, "");
    groups.set(name, (groups.get(name) ?? new Set()).add(english));
  }
  return [...groups.values()].map((texts) => [...texts]);
}

/** Writes the texts, the pairs and the model of random weights. */
async function prepare(): Promise<void> {
  if (existsSync(at("random/model.safetensors"))) return;
  mkdirSync(out, { recursive: true });
  const groups = requestGroups();
  const taught = groups.filter((_, i) => i % 10 !== 0);
  const tatoeba = await readPairs({ tsv: "tatoeba/fra-eng.zip", reverse: false }, data, "training");
  const texts = shuffle([...new Set([...tatoeba.map(({ source }) => source), ...taught.flat()])], new RandomStream(1));
  writeFileSync(at("texts.txt"), `${texts.join("\n")}\n`);

  const write = (name: string, pairs: readonly Pair[]) =>
    writeFileSync(at(`${name}.jsonl`), pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(""));
  const pairs = shuffle(pairsOf(taught), new RandomStream(2));
  for (const { percent } of SHARES)
    write(`pairs-${percent}`, pairs.slice(0, Math.round((percent / 100) * pairs.length)));
  write("test", pairsOf(groups.filter((_, i) => i % 10 === 0)));

  const tokenizer = await trainWordPiece(texts, {
    vocabSize: 4000,
    specialTokens: Object.keys(SPECIAL),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    preTokenizer: { type: "BertPreTokenizer" },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    postProcessor: templateProcessing({
      ...{ single: "[CLS] $A [SEP]", pair: "[CLS] $A [SEP] $B:1 [SEP]:1" },
      specialTokens: { "[CLS]": SPECIAL["[CLS]"], "[SEP]": SPECIAL["[SEP]"] },
    }),
  });
  await initBackend("wasm");
  const config = bert.parseConfig({
    ...{ model_type: "bert", vocab_size: tokenizer.vocabSize, hidden_size: 128, num_hidden_layers: 4 },
    ...{ num_attention_heads: 4, intermediate_size: 512, max_position_embeddings: 64, pad_token_id: 0 },
  });
  const model = bert.build(Params.initialized(1), config);
  await savePretrained(at("random"), { model, tokenizer });
  model.dispose();
}

await prepare();
const run = (name: string, recipe: Recipe, metric: string) => trained({ out, name, recipe, data, more })(metric);
const common = { weightDecay: 0.01, clipNorm: 1 };
const loss = run(
  "pretraining",
  {
    task: "masked-language-model",
    seed: 1,
    model: path.resolve(at("random")),
    data: { training: path.resolve(at("texts.txt")), validationShare: 0.01, maxTokens: 48 },
    training: { steps: 6000, batchSize: 48, learningRate: 0.001, warmupSteps: 300, ...common },
    validation: { everySteps: 2000 },
  },
  "loss",
);
const results: object[] = [{ run: "pretraining", loss }];
for (const { percent, steps, everySteps } of SHARES) {
  for (const start of ["random", "pretraining/model"]) {
    const accuracies = SEEDS.map((seed) =>
      run(
        `${start.replace(/\/.*/, "")}-${percent}-${seed}`,
        {
          task: "text-classification",
          seed,
          model: path.resolve(at(start)),
          data: { training: path.resolve(at(`pairs-${percent}.jsonl`)), validation: path.resolve(at("test.jsonl")) },
          training: { steps, batchSize: 32, learningRate: 0.0003, warmupSteps: steps / 10, ...common },
          validation: { everySteps, metric: "accuracy" },
        },
        "accuracy",
      ),
    );
    results.push({ start: start === "random" ? "random" : "pretrained", percent, accuracies });
    console.log(results.at(-1));
  }
}
writeFileSync(at("results.jsonl"), results.map((each) => `${JSON.stringify(each)}\n`).join(""));
