import path from "node:path";
import { type Answered, answerEncoder } from "@qkv/finetuning";
import type { Adapter } from "@qkv/nn";
import { createAdapter, loadPretrained, type ModelFiles, type Pretrained } from "@qkv/pretrained";
import { saveAdapter } from "@qkv/pretrained/node";
import { CAUSAL_FAMILIES, type CausalLanguageModel } from "@qkv/transformer";
import { dataFolder } from "../dataFolder.ts";
import { untilInterrupted } from "../interrupt.ts";
import { note } from "../note.ts";
import { openModelFiles } from "../openModelFiles.ts";
import { readLines } from "../textLines.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";
import { adapterParameters } from "../torch/hubParameters.ts";
import { readRecipe } from "../training/recipe.ts";
import { inRunFolder, readRun, type RunChoice, type RunFolder } from "../training/runFolder.ts";
import { trainInFolder } from "../training/trainInFolder.ts";
import { UsageError } from "../usageError.ts";
import { encodeExamples } from "./examples.ts";
import { loraTask } from "./loraTask.ts";
import { LoraTrainingConfig } from "./trainingConfig.ts";

/** Where a run gets what it needs from. */
export interface LoraTrainingOptions extends RunChoice {
  /** The folder of the data; QKV_DATA by default. */
  readonly data?: string;
  readonly startBackend: () => Promise<string>;
}

/** A run whose data, model and adapter are open. */
export interface OpenLoraRun {
  readonly run: RunFolder<LoraTrainingConfig>;
  /** The files of the model, and what was opened of them. */
  readonly files: ModelFiles;
  readonly opened: Pretrained;
  readonly model: CausalLanguageModel;
  /** On the model. */
  readonly adapter: Adapter;
  readonly training: readonly Answered[];
  readonly validation: readonly Answered[];
}

/**
 * Fine-tunes a model with an adapter in a folder of its own: `config.json`, `log.jsonl`, `checkpoints/` and, when it has finished,
 * `adapter/` with the parameters of the best validation, as PEFT opens it. The model stays as it is, in the format that it is stored in.
 */
export function runLoraTraining(options: LoraTrainingOptions): Promise<void> {
  return withLoraRun(options, async ({ run, model, adapter, training, validation }) => {
    await untilInterrupted((signal) =>
      trainInFolder(run, loraTask({ model, adapter, training, validation }, run.config), {
        best: "loss",
        mode: "min",
        unit: "tokens",
        groups: { matrices: adapter.named() },
        hub: adapterParameters(model, adapter),
        command: "qkv train lora",
        signal,
      }),
    );
    const target = path.join(run.folder, "adapter");
    await saveAdapter(target, { model, adapter, base: run.config.model });
    note(`saved ${target}`);
  });
}

/** Opens what a run is made of, a new one's folder too, and disposes of model and adapter after the work. */
export async function withLoraRun(
  options: LoraTrainingOptions,
  work: (opened: OpenLoraRun) => Promise<void>,
): Promise<void> {
  const run = await readRun(options, (file) => readRecipe(LoraTrainingConfig, file));
  const { config } = run;
  const file = path.resolve(dataFolder(options.data), config.data.examples);
  const lines = await readLines(file);
  const files = await openModelFiles(config.model, "model");
  const backend = await options.startBackend();
  const opened = await loadPretrained(files, { families: [...CAUSAL_FAMILIES], ...tokenizerOptions() });
  const { model, tokenizer } = opened;
  try {
    if (tokenizer === undefined)
      throw new UsageError(`${files.name}: expected a model with a tokenizer, got one without`);
    const examples = await encodeExamples(lines, answerEncoder("lora", opened), file);
    const { training, validation } = splitExamples(examples, config, file);
    const { rank, alpha = 2 * rank, ...choice } = config.adapter;
    await inRunFolder(run, async () => {
      note(`backend ${backend}; ${training.length} examples to train on, ${validation.length} for validation`);
      const adapter = await createAdapter(model, { rank, alpha, ...choice, seed: config.seed });
      try {
        adapter.attach();
        await work({ run, files, opened, model, adapter, training, validation });
      } finally {
        adapter.dispose();
      }
    });
  } finally {
    model.dispose();
  }
}

/** The first examples to train on, the last for validation; too long ones are left out. @throws UsageError if too few are left */
function splitExamples(
  examples: readonly Answered[],
  { data: { maxTokens, validationShare } }: LoraTrainingConfig,
  file: string,
): { training: readonly Answered[]; validation: readonly Answered[] } {
  const short = examples.filter(({ ids }) => ids.length <= maxTokens);
  if (short.length < examples.length) {
    note(`${examples.length - short.length} examples of more than ${maxTokens} tokens are left out`);
  }
  if (short.length < 2) {
    throw new UsageError(`${file}: expected at least two examples of up to ${maxTokens} tokens, got ${short.length}`);
  }
  const count = Math.min(short.length - 1, Math.max(1, Math.round(short.length * validationShare)));
  return { training: short.slice(0, -count), validation: short.slice(-count) };
}
