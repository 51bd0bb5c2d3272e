import {
  assignVariables,
  averageCheckpoints,
  type CheckpointStore,
  type Progress,
  type TrainingTask,
} from "@qkv/training";
import { note } from "../note.ts";
import { bestOfThoseLeft, isWhole, type Judgement } from "./checkpointsLeft.ts";

/** What is compared. */
export interface KeepBestOptions extends Judgement {
  /** How many of the last checkpoints to average; 1 for none. */
  readonly average: number;
}

/**
 * Leaves in place the parameters of the best validation, or the mean of the last checkpoints where that validates even
 * better. Damaged checkpoints are passed over: the next best takes the place of the best.
 */
export async function keepBest(
  task: Pick<TrainingTask<never>, "params" | "validate">,
  checkpoints: CheckpointStore,
  { step, best }: Progress,
  { average, ...judgement }: KeepBestOptions,
): Promise<void> {
  if (best === undefined || (average === 1 && best.step === step)) return;
  const kept = (await isWhole(checkpoints, best.step)) ? best : await bestOfThoseLeft(task, checkpoints, judgement);
  if (kept === undefined) return note(`no checkpoint is left: the parameters of the last step, ${step}, are kept`);
  if (average > 1 && (await isMeanBetter(task, checkpoints, kept.value, { average, ...judgement }))) return;
  assignVariables("the best checkpoint", task.params, (await checkpoints.read(kept.step)).params);
}

/** Puts the mean of the last checkpoints in place, and compares it. */
async function isMeanBetter(
  task: Pick<TrainingTask<never>, "params" | "validate">,
  checkpoints: CheckpointStore,
  best: number,
  { average, metric, mode, signal }: KeepBestOptions,
): Promise<boolean> {
  const steps: number[] = [];
  for (const step of (await checkpoints.steps()).toReversed()) {
    if (steps.length < average && (await isWhole(checkpoints, step))) steps.unshift(step);
  }
  const last = { steps: () => Promise.resolve(steps), read: checkpoints.read.bind(checkpoints) };
  assignVariables("the mean of checkpoints", task.params, await averageCheckpoints(last, steps.length));
  const value = (await task.validate?.(signal))?.[metric] ?? NaN;
  note(`mean of the last ${steps.length} checkpoints: ${metric} ${value.toFixed(3)}, the best one ${best.toFixed(3)}`);
  return mode === "max" ? value > best : value < best;
}
