import { memoryReport } from "@qkv/backend";
import { AdamW, type Checkpoint, decodeCheckpoint, encodeCheckpoint, linearSchedule, train } from "@qkv/training";
import type { Curves, KeptRun, RunState, RunStore } from "./runStore.ts";
import { SEED } from "./settings.ts";
import type { Tuned } from "./tuned.ts";

/** What the page is told while a model learns. */
export type News =
  /** It begins, or goes on from there. */
  | { readonly type: "begun"; readonly totalSteps: number; readonly curves: Curves }
  | {
      readonly type: "step";
      readonly step: number;
      readonly loss: number;
      /** Until the end, at the recent speed. */
      readonly secondsLeft: number;
      /** What the backend has allocated, in bytes, if it counts. */
      readonly memory?: number;
    }
  | { readonly type: "validation"; readonly step: number; readonly loss: number; readonly accuracy?: number }
  /** Whether it is kept for the next visit. */
  | { readonly type: "saved"; readonly step: number; readonly isKept: boolean };

interface TrainRunOptions {
  readonly signal: AbortSignal;
  readonly onNews: (news: News) => void;
}

/** A training is kept as often as this, in milliseconds, and when it ends or is stopped. */
const KEPT_EVERY_MS = 5000;
const WARMUP = 0.1;

/**
 * Trains until the end or until it is stopped, on from where the run is, as if it had never been stopped.
 *
 * @returns whether it came to the end
 */
export async function trainRun(
  { adapter, task, epochSteps, isMeasured }: Tuned,
  { record, state }: KeptRun,
  store: RunStore,
  { signal, onNews }: TrainRunOptions,
): Promise<boolean> {
  const { id, settings } = record;
  const totalSteps = settings.epochs * epochSteps;
  const resume = state && (await decodeCheckpoint(state.checkpoint));
  const curves = { losses: [...(state?.losses ?? [])], validations: [...(state?.validations ?? [])] };
  onNews({ type: "begun", totalSteps, curves });
  const optimizer = new AdamW(adapter.named(), { learningRate: settings.learningRate, weightDecay: 0.01 });
  let keptAt = performance.now();
  const save = async (checkpoint: Checkpoint) => {
    const { step } = checkpoint.progress;
    const isFinished = step === totalSteps;
    const bytes = await encodeCheckpoint(checkpoint);
    const next: RunState = { id, step, totalSteps, isFinished, checkpoint: bytes, ...structuredClone(curves) };
    onNews({ type: "saved", step, isKept: await store.save(next) });
    keptAt = performance.now();
  };
  try {
    const { stopped } = await train(task, {
      optimizer,
      maxSteps: totalSteps,
      schedule: linearSchedule({ totalSteps: totalSteps + 1, warmupSteps: Math.floor(totalSteps * WARMUP) }),
      clipNorm: 1,
      seed: SEED,
      checkpoints: { save },
      /** Asked after each step: saved by the clock, for a step may take a moment or a minute. */
      get checkpointEvery() {
        return performance.now() - keptAt > KEPT_EVERY_MS ? 1 : Infinity;
      },
      ...(isMeasured && { validateEvery: epochSteps }),
      ...(resume && { resume }),
      signal,
      onEvent: (event) => {
        if (event.type === "step") {
          const { step, loss, etaSeconds = 0 } = event;
          curves.losses.push([step, loss]);
          const { reservedBytes: memory } = memoryReport();
          onNews({ type: "step", step, loss, secondsLeft: etaSeconds, ...(memory !== undefined && { memory }) });
        } else if (event.type === "validation") {
          const { step, metrics } = event;
          const { loss = NaN, accuracy } = metrics;
          curves.validations.push([step, loss]);
          onNews({ type: "validation", step, loss, ...(accuracy !== undefined && { accuracy }) });
        }
      },
    });
    return stopped !== "aborted";
  } finally {
    optimizer.dispose();
  }
}
