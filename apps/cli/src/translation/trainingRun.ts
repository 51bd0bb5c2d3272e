import path from "node:path";
import { savePretrained } from "@qkv/pretrained/node";
import { AdamW, assignVariables, train } from "@qkv/training";
import { fileCheckpoints, trainingLog } from "@qkv/training/node";
import type { Tokenizer } from "@qkv/tokenizers";
import type { MarianModel } from "@qkv/transformer";
import { dataFolder } from "../dataFolder.ts";
import { untilInterrupted } from "../interrupt.ts";
import { note } from "../note.ts";
import { encodePairs } from "./encodedPairs.ts";
import { newModel } from "./newModel.ts";
import { makeRunFolder, readRun, type RunFolder, runTokenizer } from "./runFolder.ts";
import { scheduleOf } from "./schedule.ts";
import { readSplits } from "./splits.ts";
import { trainingView } from "./trainingView.ts";
import type { TranslationTrainingConfig } from "./trainingConfig.ts";
import { translationTask } from "./translationTask.ts";

/** Where a run gets what it needs from. */
export interface TrainingRunOptions {
  /** A new run's config and folder; or the folder of one to go on with. */
  readonly config?: string;
  readonly out?: string;
  readonly resume?: string;
  /** The folder of the data; QKV_DATA by default. */
  readonly data?: string;
  readonly startBackend: () => Promise<string>;
}

/**
 * A training run in a folder of its own: `config.json`, `tokenizer.json`, `log.jsonl`, `checkpoints/` and, when it has
 * finished, `model/` with the parameters of the best validation. Everything is checked before anything is written.
 */
export async function runTranslationTraining(options: TrainingRunOptions): Promise<void> {
  const run = await readRun(options);
  const { config } = run;
  const { training, validation } = await readSplits(config, dataFolder(options.data));
  await makeRunFolder(run);
  const tokenizer = await runTokenizer(run, training);
  const encoded = encodePairs(training, tokenizer, config.data.maxTokens);
  const backend = await options.startBackend();
  note(`backend ${backend}; ${training.length} training pairs, ${validation.length} for validation`);

  const model = newModel(tokenizer, config);
  try {
    const task = translationTask({ model, tokenizer, training: encoded, validation }, config);
    await untilInterrupted((signal) => trainModel(run, task, options.resume !== undefined, signal));
    await saveModel(run, model, tokenizer);
  } finally {
    model.dispose();
  }
}

/** Trains to the end and leaves the best parameters in the model. @throws AbortError if it was interrupted */
async function trainModel(
  { config, folder }: RunFolder,
  task: ReturnType<typeof translationTask>,
  resumed: boolean,
  signal: AbortSignal,
): Promise<void> {
  const checkpoints = fileCheckpoints(path.join(folder, "checkpoints"), {
    keep: config.checkpoints.keep,
    onSkipped: (file, reason) => note(`skipped a damaged checkpoint: ${file}: ${reason}`),
  });
  const resume = resumed ? await checkpoints.latest() : undefined;
  const log = await trainingLog(path.join(folder, "log.jsonl"), { resumedStep: resume?.progress.step ?? 0 });
  const view = trainingView(config.training.steps);
  const optimizer = newOptimizer(task.params, config.training);
  try {
    const { stopped, progress } = await train(task, {
      optimizer,
      schedule: scheduleOf(config.training),
      seed: config.seed,
      maxSteps: config.training.steps,
      clipNorm: config.training.clipNorm,
      validateEvery: config.validation.everySteps,
      best: { metric: "bleu", mode: "max" },
      checkpoints,
      checkpointEvery: config.checkpoints.everySteps,
      ...(resume && { resume }),
      signal,
      onEvent: (event) => {
        log.write(event);
        view.show(event);
      },
    });
    if (stopped === "aborted") {
      note(`stopped; go on with: qkv train translation --resume ${folder}`);
      signal.throwIfAborted();
    }
    if (progress.best !== undefined && progress.best.step !== progress.step) {
      assignVariables("the best checkpoint", task.params, (await checkpoints.read(progress.best.step)).params);
    }
  } finally {
    view.stop();
    optimizer.dispose();
    await log.close();
  }
}

function newOptimizer(
  params: ReturnType<typeof translationTask>["params"],
  { learningRate, beta1, beta2, eps, weightDecay }: TranslationTrainingConfig["training"],
): AdamW {
  const decays = (name: string) => !/norm|bias|shared|embedding/i.test(name);
  return new AdamW(params, { learningRate, betas: [beta1, beta2], eps, weightDecay, decays });
}

async function saveModel({ config, folder }: RunFolder, model: MarianModel, tokenizer: Tokenizer): Promise<void> {
  const target = path.join(folder, "model");
  await savePretrained(target, { model, tokenizer, dtype: "F16", languages: config.languages });
  note(`saved ${target}`);
}
