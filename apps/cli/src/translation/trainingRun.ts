import path from "node:path";
import { savePretrained } from "@qkv/pretrained/node";
import type { Tokenizer } from "@qkv/tokenizers";
import type { MarianModel } from "@qkv/transformer";
import { dataFolder } from "../dataFolder.ts";
import { untilInterrupted } from "../interrupt.ts";
import { note } from "../note.ts";
import { readRecipe } from "../training/recipe.ts";
import { inRunFolder, readRun, type RunChoice, type RunFolder } from "../training/runFolder.ts";
import { trainInFolder } from "../training/trainInFolder.ts";
import { encodePairs } from "./encodedPairs.ts";
import { newModel } from "./newModel.ts";
import { runTokenizer } from "./runTokenizer.ts";
import { readSplits } from "./splits.ts";
import { TranslationTrainingConfig } from "./trainingConfig.ts";
import { translationTask } from "./translationTask.ts";

/** Where a run gets what it needs from. */
export interface TrainingRunOptions extends RunChoice {
  /** The folder of the data; QKV_DATA by default. */
  readonly data?: string;
  readonly startBackend: () => Promise<string>;
}

/**
 * A training run in a folder of its own: `config.json`, `tokenizer.json`, `log.jsonl`, `checkpoints/` and, when it has
 * finished, `model/` with the parameters of the best validation. Everything is checked before anything is written.
 */
export async function runTranslationTraining(options: TrainingRunOptions): Promise<void> {
  const run = await readRun(options, (file) => readRecipe(TranslationTrainingConfig, file));
  const { config } = run;
  const { training, validation } = await readSplits(config, dataFolder(options.data));
  await inRunFolder(run, async () => {
    const tokenizer = await runTokenizer(run, training);
    const encoded = encodePairs(training, tokenizer, config.data.maxTokens);
    const backend = await options.startBackend();
    note(`backend ${backend}; ${training.length} training pairs, ${validation.length} for validation`);

    const model = newModel(tokenizer, config);
    try {
      const task = translationTask({ model, tokenizer, training: encoded, validation }, config);
      await untilInterrupted((signal) =>
        trainInFolder(run, task, {
          best: "bleu",
          unit: "tokens",
          kinds: { decays: (name) => !/norm|bias|shared|embedding/i.test(name), isHead: () => false }, // tied to `shared`
          command: "qkv train translation",
          signal,
        }),
      );
      await saveModel(run, model, tokenizer);
    } finally {
      model.dispose();
    }
  });
}

async function saveModel(
  { config, folder }: RunFolder<TranslationTrainingConfig>,
  model: MarianModel,
  tokenizer: Tokenizer,
): Promise<void> {
  const target = path.join(folder, "model");
  await savePretrained(target, { model, tokenizer, dtype: "F16", languages: config.languages });
  note(`saved ${target}`);
}
