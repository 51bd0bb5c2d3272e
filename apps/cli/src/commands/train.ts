import { Command } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { trainTokenizerCommand } from "./trainTokenizer.ts";

interface TrainOptions extends BackendChoice {
  readonly config?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly data?: string;
}

/** `qkv train TASK`: a new run from a config, or one that goes on. */
export function trainCommand(): Command {
  const translation = withBackendOptions(
    new Command("translation")
      .description("Train an encoder-decoder to translate, its vocabulary included.")
      .option("--config <file>", "what to train on what: see recipes/en-fr.json")
      .option("--out <dir>", "the run's folder: log, checkpoints and, at the end, the model")
      .option("--resume <dir>", "go on with the run in this folder as if it had never stopped")
      .option("--data <dir>", "the folder that the config's data files are in (default: $QKV_DATA)"),
  ).action(async (options: TrainOptions) => {
    const { runTranslationTraining } = await import("../translation/trainingRun.ts");
    await runTranslationTraining({ ...options, startBackend: () => startBackend(options) });
  });
  return new Command("train")
    .description("Train a model, which can be stopped and resumed, or a tokenizer.")
    .addCommand(translation)
    .addCommand(trainTokenizerCommand());
}
