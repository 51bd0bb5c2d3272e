import { assignVariables, type CheckpointStore, type Progress, type TrainingTask } from "@qkv/training";
import { note } from "../note.ts";

/** Which parameters are the better ones. */
export interface Judgement {
  /** The validation's figure. */
  readonly metric: string;
  /** Whether it is to be as high or as low as possible. */
  readonly mode: "max" | "min";
  readonly signal: AbortSignal;
}

/** Whether a checkpoint is there and whole; if not, says why it is passed over. */
export async function isWhole(checkpoints: CheckpointStore, step: number): Promise<boolean> {
  try {
    await checkpoints.read(step);
    return true;
  } catch (error) {
    note(`skipped a damaged checkpoint: ${(error as Error).message}`);
    return false;
  }
}

/**
 * The best of the checkpoints that are left, by a validation of each: what is said of the best is of no use where its
 * file is damaged. Says which one it is. Undefined if none is whole; else other parameters are in place than before.
 */
export async function bestOfThoseLeft(
  task: Pick<TrainingTask<never>, "params" | "validate">,
  checkpoints: CheckpointStore,
  { metric, mode, signal }: Judgement,
): Promise<Progress["best"]> {
  let best: Progress["best"];
  for (const step of await checkpoints.steps()) {
    if (!(await isWhole(checkpoints, step))) continue;
    assignVariables("a checkpoint", task.params, (await checkpoints.read(step)).params);
    const value = (await task.validate?.(signal))?.[metric] ?? NaN;
    if (best === undefined || (mode === "max" ? value > best.value : value < best.value)) best = { step, value };
  }
  if (best !== undefined) {
    note(
      `the best checkpoint is lost; of those left, that of step ${best.step} is: ${metric} ${best.value.toFixed(3)}`,
    );
  }
  return best;
}
