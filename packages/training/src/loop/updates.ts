import type { TrainingTask } from "./task.ts";

/** The batches of one update, and its end in the epoch. */
export interface Update<Batch> {
  readonly batches: readonly Batch[];
  readonly epoch: number;
  readonly position: number;
}

/** The start, the number of batches of an update, and the number of epochs. */
export interface UpdatesOptions {
  readonly epoch: number;
  readonly position: number;
  readonly accumulate: number;
  readonly epochs: number;
}

/** The updates of a run from a given batch on. No update spans two epochs: an epoch's last one may be smaller. */
export async function* updates<Batch>(
  task: Pick<TrainingTask<Batch>, "batches">,
  { epoch: firstEpoch, position: firstPosition, accumulate, epochs }: UpdatesOptions,
): AsyncGenerator<Update<Batch>, void, undefined> {
  for (let epoch = firstEpoch; epoch < epochs; epoch++) {
    const start = epoch === firstEpoch ? firstPosition : 0;
    let position = 0;
    let batches: Batch[] = [];
    for await (const batch of task.batches(epoch)) {
      position += 1;
      if (position <= start) continue; // used before the run was stopped
      batches.push(batch);
      if (batches.length < accumulate) continue;
      yield { batches, epoch, position };
      batches = [];
    }
    if (batches.length > 0) yield { batches, epoch, position };
    if (position === 0) throw new RangeError(`train: expected at least one batch in epoch ${epoch}, got none`);
  }
}
