import type { Checkpoint, CheckpointStore, TrainingTask } from "@qkv/training";
import { bestOfThoseLeft, isWhole, type Judgement } from "./checkpointsLeft.ts";

/**
 * The checkpoint to go on from: the last one that is whole. Where the best one it speaks of is lost, the best of those
 * left takes its place, so that a later one that is better than that is kept.
 */
export async function resumePoint(
  task: Pick<TrainingTask<never>, "params" | "validate">,
  checkpoints: CheckpointStore,
  judgement: Judgement,
): Promise<Checkpoint | undefined> {
  const latest = await checkpoints.latest();
  const { step, best } = latest?.progress ?? {};
  if (latest === undefined || best === undefined || best.step === step) return latest;
  if (await isWhole(checkpoints, best.step)) return latest;
  const left = (await bestOfThoseLeft(task, checkpoints, judgement)) ?? best;
  return { ...latest, progress: { ...latest.progress, best: left } };
}
