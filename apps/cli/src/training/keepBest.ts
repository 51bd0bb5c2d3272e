import {
  assignVariables,
  averageCheckpoints,
  type CheckpointStore,
  type Progress,
  type TrainingTask,
} from "@qkv/training";
import { note } from "../note.ts";

/** What is compared. */
export interface KeepBestOptions {
  /** The validation's figure. */
  readonly metric: string;
  /** Whether it is to be as high or as low as possible. */
  readonly mode: "max" | "min";
  /** How many of the last checkpoints to average; 1 for none. */
  readonly average: number;
  readonly signal: AbortSignal;
}

/**
 * Leaves in place the parameters of the best validation, or the mean of the last checkpoints where that validates even
 * better.
 */
export async function keepBest(
  task: Pick<TrainingTask<never>, "params" | "validate">,
  checkpoints: CheckpointStore,
  { step, best }: Progress,
  { metric, mode, average, signal }: KeepBestOptions,
): Promise<void> {
  if (average > 1 && best !== undefined) {
    const count = Math.min(average, (await checkpoints.steps()).length); // a short run has not as many
    assignVariables("the mean of checkpoints", task.params, await averageCheckpoints(checkpoints, count));
    const value = (await task.validate?.(signal))?.[metric] ?? NaN;
    note(`mean of the last ${count} checkpoints: ${metric} ${value.toFixed(3)}, the best one ${best.value.toFixed(3)}`);
    if (mode === "max" ? value > best.value : value < best.value) return;
  }
  if (best !== undefined && (average > 1 || best.step !== step)) {
    assignVariables("the best checkpoint", task.params, (await checkpoints.read(best.step)).params);
  }
}
