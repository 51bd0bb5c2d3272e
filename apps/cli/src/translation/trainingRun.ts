import path from "node:path";
import { savePretrained } from "@qkv/pretrained/node";
import type { Tokenizer } from "@qkv/tokenizers";
import type { TrainingTask } from "@qkv/training";
import type { MarianModel } from "@qkv/transformer";
import { dataFolder } from "../dataFolder.ts";
import { untilInterrupted } from "../interrupt.ts";
import { note } from "../note.ts";
import { modelParameters } from "../torch/hubParameters.ts";
import { readRecipe } from "../training/recipe.ts";
import { inRunFolder, readRun, type RunChoice, type RunFolder } from "../training/runFolder.ts";
import { trainInFolder } from "../training/trainInFolder.ts";
import { openAugmenter } from "./augmentation/openAugmenter.ts";
import { epochPairs } from "./epochPairs.ts";
import { newModel } from "./newModel.ts";
import { runTokenizer } from "./runTokenizer.ts";
import { copyRecipeFiles } from "./config/recipePath.ts";
import type { SentencePair } from "./pairs/pairs.ts";
import { startingModel } from "./startingModel.ts";
import { readSplits, type Splits } from "./pairs/splits.ts";
import { TranslationTrainingConfig } from "./config/trainingConfig.ts";
import { type PairBatch, translationTask } from "./translationTask.ts";

/** Languages whose words are too seldom the same for BLEU to tell which model is better. */
const WORDS_OF_MANY_PARTS = new Set(["ko"]);

/** Where a run gets what it needs from. */
export interface TrainingRunOptions extends RunChoice {
  /** The folder of the data; QKV_DATA by default. */
  readonly data?: string;
  readonly startBackend: () => Promise<string>;
}

/** A run whose data and model are open. */
export interface OpenTranslationRun {
  readonly run: RunFolder<TranslationTrainingConfig>;
  readonly model: MarianModel;
  readonly tokenizer: Tokenizer;
  readonly task: TrainingTask<PairBatch>;
}

/**
 * A training run in a folder of its own: `config.json`, `tokenizer.json`, `log.jsonl`, `checkpoints/` and, when it has
 * finished, `model/` with the parameters of the best validation. Everything is checked before anything is written.
 */
export function runTranslationTraining(options: TrainingRunOptions): Promise<void> {
  return withTranslationRun(options, async ({ run, model, tokenizer, task }) => {
    await untilInterrupted((signal) =>
      trainInFolder(run, task, {
        best: WORDS_OF_MANY_PARTS.has(run.config.languages.target) ? "chrf" : "bleu",
        unit: "tokens",
        groups: { matrices: model.params.named("matrix") },
        hub: modelParameters(model),
        command: "qkv train translation",
        signal,
      }),
    );
    await saveModel(run, model, tokenizer);
  });
}

/** Opens what a run is made of, a new one's folder too, and disposes of the model after the work. */
export async function withTranslationRun(
  options: TrainingRunOptions,
  work: (opened: OpenTranslationRun) => Promise<void>,
): Promise<void> {
  const run = await readRun(options, (file) => readRecipe(TranslationTrainingConfig, file));
  const { config, folder, resumed } = run;
  const folders = { data: dataFolder(options.data), recipe: options.config ? path.dirname(options.config) : folder };
  const splits = await readSplits(config, folders);
  const augmenter = await openAugmenter(config, splits, folders);
  await inRunFolder(run, async () => {
    if (!resumed) await copyRecipeFiles(recipeFiles(config), folders.recipe, folder);
    const training = (epoch: number) => epochPairs(splits, augmenter, { seed: config.seed, epoch });
    const backend = await options.startBackend();
    const { model, tokenizer } = await runModel(run, () => training(0));
    note(`backend ${backend}; ${countsOf(splits)}`);
    try {
      const task = translationTask({ model, tokenizer, training, validation: splits.validation }, config);
      await work({ run, model, tokenizer, task });
    } finally {
      model.dispose();
    }
  });
}

async function runModel(
  { config, folder }: RunFolder<TranslationTrainingConfig>,
  pairs: () => readonly SentencePair[],
) {
  const { startFrom, tokenizer: vocabulary, model: size, seed } = config;
  if (startFrom !== undefined) {
    const tokenizer = vocabulary && (() => runTokenizer(folder, vocabulary, pairs));
    return startingModel(startFrom, folder, { tokenizer, dropout: config.dropout, seed });
  }
  if (vocabulary === undefined || size === undefined) throw new RangeError("expected a checked config, got no model");
  const tokenizer = await runTokenizer(folder, vocabulary, pairs);
  return { model: newModel(tokenizer, size, seed), tokenizer };
}

function countsOf({ training, added, validation }: Splits): string {
  const others = added.length === 0 ? "" : ` and those of ${added.length} other files`;
  return `${training.length} training pairs${others}, ${validation.length} for validation`;
}

/** The files that a config names. */
function recipeFiles({ data: { added, augmentation } }: TranslationTrainingConfig): string[] {
  return [...added.map(({ tsv }) => tsv), ...(augmentation ? [augmentation.lists] : [])];
}

async function saveModel(
  { config, folder }: RunFolder<TranslationTrainingConfig>,
  model: MarianModel,
  tokenizer: Tokenizer,
): Promise<void> {
  const target = path.join(folder, "model");
  await savePretrained(target, {
    ...{ model, tokenizer, dtype: "F16", languages: config.languages },
    generationConfig: { num_beams: 4 },
  });
  note(`saved ${target}`);
}
