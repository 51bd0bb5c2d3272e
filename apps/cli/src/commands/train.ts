import type { BackendName } from "@qkv/backend";
import { Command } from "commander";
import { backendOption, startBackend } from "../backendOption.ts";
import { trainTokenizerCommand } from "./trainTokenizer.ts";

interface TrainOptions {
  readonly config?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly data?: string;
  readonly backend?: BackendName;
}

/** `qkv train TASK`: a new run from a config, or one that goes on. */
export function trainCommand(): Command {
  const translation = new Command("translation")
    .description("Train an encoder-decoder to translate, its vocabulary included.")
    .option("--config <file>", "what to train on what: see recipes/en-fr.json")
    .option("--out <dir>", "the run's folder: log, checkpoints and, at the end, the model")
    .option("--resume <dir>", "go on with the run in this folder as if it had never stopped")
    .option("--data <dir>", "the folder that the config's data files are in (default: $QKV_DATA)")
    .addOption(backendOption())
    .action(async (options: TrainOptions) => {
      const { runTranslationTraining } = await import("../translation/trainingRun.ts");
      await runTranslationTraining({ ...options, startBackend: () => startBackend(options.backend) });
    });
  return new Command("train")
    .description("Train a model, which can be stopped and resumed, or a tokenizer.")
    .addCommand(translation)
    .addCommand(trainTokenizerCommand());
}
