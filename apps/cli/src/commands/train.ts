import { Command } from "commander";
import { type BackendChoice, startBackend, withBackendOptions } from "../backendOption.ts";
import { OBJECTIVE_HELP, type ObjectiveName } from "../objectives/objectiveNames.ts";
import { trainTokenizerCommand } from "./trainTokenizer.ts";

interface TrainOptions extends BackendChoice {
  readonly config?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly data?: string;
  readonly tensorboard?: boolean;
}

/** `qkv train TASK`: a new run from a config, or one that goes on. */
export function trainCommand(): Command {
  const translation = withRunOptions(
    new Command("translation").description("Train an encoder-decoder to translate, its vocabulary included."),
    "recipes/en-fr.json",
  ).action(async (options: TrainOptions) => {
    const { runTranslationTraining } = await import("../translation/trainingRun.ts");
    await runTranslationTraining({ ...options, startBackend: () => startBackend(options) });
  });
  const imageClassification = withRunOptions(
    new Command("image-classification").description("Train a Vision Transformer to tell classes of images apart."),
    "recipes/cifar10.json",
  ).action(async (options: TrainOptions) => {
    const { runImageTraining } = await import("../imageClassification/trainingRun.ts");
    await runImageTraining({ ...options, startBackend: () => startBackend(options) });
  });
  const textGeneration = withRunOptions(
    new Command("text-generation").description("Train a GPT-2 to go on with a text, its vocabulary included."),
    "recipes/shakespeare.json",
  ).action(async (options: TrainOptions) => {
    const { runTextTraining } = await import("../textGeneration/trainingRun.ts");
    await runTextTraining({ ...options, startBackend: () => startBackend(options) });
  });
  const train = new Command("train")
    .description("Train a model, which can be stopped and resumed, or a tokenizer.")
    .addCommand(translation)
    .addCommand(imageClassification)
    .addCommand(textGeneration);
  for (const name of Object.keys(OBJECTIVE_HELP) as ObjectiveName[]) train.addCommand(objectiveCommand(name));
  return train.addCommand(trainTokenizerCommand());
}

/** `qkv train NAME` of an objective of `@qkv/finetuning`. */
function objectiveCommand(name: ObjectiveName): Command {
  const { summary, recipe } = OBJECTIVE_HELP[name];
  return withRunOptions(new Command(name).description(summary), recipe).action(async (options: TrainOptions) => {
    const { runObjective } = await import("../objectives/objectiveRun.ts");
    await runObjective(name, { ...options, startBackend: () => startBackend(options) });
  });
}

/** @param recipe an example of a config */
function withRunOptions(command: Command, recipe: string): Command {
  return withBackendOptions(
    command
      .option("--config <file>", `what to train on what: see ${recipe}`)
      .option("--out <dir>", "the run's folder: log, checkpoints and, at the end, the model")
      .option("--resume <dir>", "go on with the run in this folder as if it had never stopped")
      .option("--data <dir>", "the folder that the config's data files are in (default: $QKV_DATA)")
      .option("--tensorboard", "write curves for TensorBoard into the run's folder too; --resume goes on with them"),
  );
}
