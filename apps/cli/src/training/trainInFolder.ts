import { writeFile } from "node:fs/promises";
import path from "node:path";
import { train, type TrainingTask } from "@qkv/training";
import { fileCheckpoints, tensorBoardLog, trainingLog } from "@qkv/training/node";
import { note } from "../note.ts";
import { keepBest } from "./keepBest.ts";
import type { HubParameters } from "../torch/hubParameters.ts";
import { takeBack } from "../torch/takeBack.ts";
import { newOptimizer, type OptimizedGroups } from "./newOptimizer.ts";
import type { Recipe } from "./recipe.ts";
import { resumePoint } from "./resumePoint.ts";
import type { RunFolder } from "./runFolder.ts";
import { scheduleOf } from "./schedule.ts";
import { trainingCurve } from "./trainingCurve.ts";
import { trainingView } from "./trainingView.ts";

/** What differs between tasks. */
export interface TrainInFolderOptions {
  /** The validation's figure by which the best parameters are chosen. */
  readonly best: string;
  /** Whether it is to be as high as possible, which is the default, or as low. */
  readonly mode?: "max" | "min";
  /** What `tokens` of the task are, for the terminal. */
  readonly unit: string;
  readonly groups: OptimizedGroups;
  /** Its parameters in Hugging Face's files, of a run that PyTorch may have gone on with. */
  readonly hub?: HubParameters;
  /** How to say `qkv train TASK`. */
  readonly command: string;
  /** Batches of an update. Default 1. */
  readonly accumulate?: number;
  /** Stops after so many validations that were no better than the best. Default never. */
  readonly patience?: number;
  readonly signal: AbortSignal;
}

/**
 * Trains to the end, with a log, its curve, TensorBoard's if wanted, and checkpoints in the run's folder, and leaves the best
 * parameters in place.
 *
 * @throws AbortError if it was interrupted
 */
export async function trainInFolder<Batch>(
  { config, folder, resumed, tensorBoard }: RunFolder<Recipe>,
  task: TrainingTask<Batch>,
  { best, mode = "max", unit, groups, hub, command, accumulate, patience, signal }: TrainInFolderOptions,
): Promise<void> {
  const checkpoints = fileCheckpoints(path.join(folder, "checkpoints"), {
    keep: Math.max(config.checkpoints.keep, config.checkpoints.average),
    onSkipped: (file, reason) => note(`skipped a damaged checkpoint: ${file}: ${reason}`),
  });
  const judgement = { metric: best, mode, signal };
  if (resumed && hub !== undefined) {
    await takeBack({
      ...{ folder, task: config.task, optimizer: config.training.optimizer },
      ...{ params: task.params, checkpoints, hub },
    });
  }
  const resume = resumed ? await resumePoint(task, checkpoints, judgement) : undefined;
  const logFile = path.join(folder, "log.jsonl");
  const log = trainingLog(logFile, { resumedStep: resume?.progress.step ?? 0 });
  const curves = tensorBoard === undefined ? undefined : tensorBoardLog(tensorBoard);
  const view = trainingView(config.training.steps, unit);
  const optimizer = newOptimizer(task.params, config.training, groups);
  try {
    const { stopped, progress } = await train(task, {
      optimizer,
      schedule: scheduleOf(config.training),
      seed: config.seed,
      maxSteps: config.training.steps,
      clipNorm: config.training.clipNorm,
      validateEvery: config.validation.everySteps,
      best: { metric: best, mode },
      ...(accumulate !== undefined && { accumulate }),
      ...(patience !== undefined && { patience }),
      checkpoints,
      checkpointEvery: config.checkpoints.everySteps,
      ...(resume && { resume }),
      signal,
      onEvent: (event) => {
        log.write(event);
        curves?.write(event);
        view.show(event);
      },
    });
    if (stopped === "aborted") {
      note(`stopped; go on with: ${command} --resume ${folder}`);
      signal.throwIfAborted();
    }
    await keepBest(task, checkpoints, progress, { ...judgement, average: config.checkpoints.average });
    await writeFile(path.join(folder, "curve.svg"), await trainingCurve(logFile, path.basename(path.resolve(folder))));
  } finally {
    view.stop();
    optimizer.dispose();
    log.close();
    curves?.close();
  }
}
