import { checkOptions, describeArgument, type OptionNames } from "@qkv/ops";
import type { Checkpoint, CheckpointStore, Progress } from "../checkpoints/checkpoint.ts";
import type { TrainingEvent } from "./events.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Schedule } from "../optimizers/schedules.ts";

/** Options of a training run. */
export interface TrainOptions {
  /** The optimizer, borrowed: the caller disposes of it. */
  readonly optimizer: Optimizer;
  /** Learning-rate schedule. Default: a constant learning rate. */
  readonly schedule?: Schedule;
  /** The seed: everything random follows from it. Default 0, or the checkpoint's. */
  readonly seed?: number;
  /** The most updates, or the most epochs, whichever is reached first. One of them is needed. */
  readonly maxSteps?: number;
  readonly epochs?: number;
  /** Gradient clipping: the largest global norm. Default: no limit. */
  readonly clipNorm?: number;
  /** Gradient accumulation: the number of batches of an update. Default 1. */
  readonly accumulate?: number;
  /** Validates after every so many updates and at the end. Default: never. */
  readonly validateEvery?: number;
  /** The metric that decides which validation was the best. Default: the lowest `loss`. */
  readonly best?: { readonly metric: string; readonly mode: "min" | "max" };
  /** Stops after so many validations that were no better than the best. Default: never. */
  readonly patience?: number;
  /** The store of checkpoints. Without it, nothing is saved. */
  readonly checkpoints?: Pick<CheckpointStore, "save">;
  /** Saves after every so many updates; the best validation, an abort and the end are saved in any case. */
  readonly checkpointEvery?: number;
  /** The checkpoint to resume from, as if never stopped. */
  readonly resume?: Checkpoint;
  /** Stops after the update in hand, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Called after each step, validation and checkpoint. */
  readonly onEvent?: (event: TrainingEvent) => void;
}

/** The result of a training run. */
export interface TrainingResult {
  readonly progress: Progress;
  /** The reason for its end: all steps were made, validation no longer improved, or the signal was aborted. */
  readonly stopped: "finished" | "early" | "aborted";
}

const NAMES: OptionNames<TrainOptions> = {
  optimizer: true,
  schedule: true,
  seed: true,
  maxSteps: true,
  epochs: true,
  clipNorm: true,
  accumulate: true,
  validateEvery: true,
  best: true,
  patience: true,
  checkpoints: true,
  checkpointEvery: true,
  resume: true,
  signal: true,
  onEvent: true,
};

/** @throws RangeError naming the option */
export function checkTrainOptions(options: TrainOptions): void {
  checkOptions("train", options, NAMES);
  const { optimizer, maxSteps, epochs, seed, resume, accumulate = 1 } = options;
  if (typeof optimizer?.step !== "function")
    throw new RangeError(`train: expected an optimizer, such as new AdamW(params), got ${describeArgument(optimizer)}`);
  for (const [name, count] of Object.entries({ maxSteps, epochs })) {
    if (count !== undefined && !(count >= 0))
      throw new RangeError(`train: expected ${name} to be a number from 0, got ${describeArgument(count)}`);
  }
  if (maxSteps === undefined && epochs === undefined) {
    throw new RangeError("train: expected maxSteps or epochs, got neither");
  }
  if (!Number.isInteger(accumulate) || accumulate < 1) {
    throw new RangeError(`train: expected accumulate to be a positive integer, got ${accumulate}`);
  }
  if (resume && seed !== undefined && seed !== resume.progress.seed) {
    throw new RangeError(`train: expected the checkpoint's seed ${resume.progress.seed}, got ${seed}`);
  }
}
