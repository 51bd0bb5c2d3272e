import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { savePretrained } from "@qkv/pretrained/node";
import { Tokenizer } from "@qkv/tokenizers";
import type { Gpt2Model } from "@qkv/transformer";
import { dataFolder } from "../dataFolder.ts";
import { untilInterrupted } from "../interrupt.ts";
import { note } from "../note.ts";
import { modelParameters } from "../torch/hubParameters.ts";
import { readRecipe } from "../training/recipe.ts";
import { inRunFolder, readRun, type RunChoice, type RunFolder, writeJson } from "../training/runFolder.ts";
import { trainInFolder } from "../training/trainInFolder.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import { UsageError } from "../usageError.ts";
import { newModel } from "./newModel.ts";
import { readText, splitText } from "./textData.ts";
import { textTask } from "./textTask.ts";
import { TextTrainingConfig } from "./trainingConfig.ts";
import { trainVocabulary } from "./vocabulary.ts";

/** Where a run gets what it needs from. */
export interface TextTrainingOptions extends RunChoice {
  /** The folder of the data; QKV_DATA by default. */
  readonly data?: string;
  readonly startBackend: () => Promise<string>;
}

/** A run whose data and model are open. */
export interface OpenTextRun {
  readonly run: RunFolder<TextTrainingConfig>;
  readonly model: Gpt2Model;
  readonly tokenizer: Tokenizer;
  /** Token ids. */
  readonly training: Int32Array;
  readonly validation: Int32Array;
}

/**
 * A training run in a folder of its own: `config.json`, `tokenizer.json`, `log.jsonl`, `checkpoints/` and, when it has
 * finished, `model/` with the parameters of the best validation. Everything is checked before anything is written.
 */
export function runTextTraining(options: TextTrainingOptions): Promise<void> {
  return withTextRun(options, async ({ run, model, tokenizer, training, validation }) => {
    await untilInterrupted((signal) =>
      trainInFolder(run, textTask({ model, training, validation }, run.config), {
        best: "loss",
        mode: "min",
        unit: "tokens",
        groups: { matrices: model.params.named("matrix") },
        hub: modelParameters(model),
        command: "qkv train text-generation",
        signal,
      }),
    );
    const target = path.join(run.folder, "model");
    await savePretrained(target, { model, tokenizer, dtype: "F16" });
    note(`saved ${target}`);
  });
}

/** Opens what a run is made of, a new one's folder too, and disposes of the model after the work. */
export async function withTextRun(
  options: TextTrainingOptions,
  work: (opened: OpenTextRun) => Promise<void>,
): Promise<void> {
  const run = await readRun(options, (file) => readRecipe(TextTrainingConfig, file));
  const { config, folder } = run;
  const parts = splitText(await readText(config.data.text, dataFolder(options.data)), config.data.validationShare);
  const known = await knownTokenizer(run);
  const tokenizer = known ?? (await trainVocabulary(parts.training, config.tokenizer));
  const [training, validation] = [parts.training, parts.validation].map((text) => idsOf(text, tokenizer, config));
  if (training === undefined || validation === undefined) throw new RangeError("two parts were encoded");
  await inRunFolder(run, async () => {
    if (known === undefined) await writeJson(path.join(folder, TOKENIZER), tokenizer.toJSON());
    const backend = await options.startBackend();
    note(`backend ${backend}; ${training.length} tokens to train on, ${validation.length} for validation`);
    const model = newModel(tokenizer, config);
    try {
      await work({ run, model, tokenizer, training, validation });
    } finally {
      model.dispose();
    }
  });
}

const TOKENIZER = "tokenizer.json";

/** That of the run, if it goes on. */
async function knownTokenizer({ folder }: RunFolder<TextTrainingConfig>): Promise<Tokenizer | undefined> {
  const file = path.join(folder, TOKENIZER);
  return existsSync(file) ? Tokenizer.fromJSON(await readFile(file, "utf8"), tokenizerOptions()) : undefined;
}

/** @throws UsageError if there are too few for one chunk and what follows it */
function idsOf(text: string, tokenizer: Tokenizer, { model, data }: TextTrainingConfig): Int32Array {
  const ids = Int32Array.from(tokenizer.encode(text, { addSpecialTokens: false }).ids);
  if (ids.length > model.maxPositions) return ids;
  throw new UsageError(
    `${data.text}: expected more than ${model.maxPositions} tokens to train on and to validate on, got ${ids.length}`,
  );
}
