import { type SafeTensor, safeTensor } from "@qkv/safetensors";
import type { Progress, TrainingTask } from "@qkv/training";
import type { BatchRecorder } from "./batchRecorder.ts";

/** The batches of a run to record. */
export interface BatchesToRecord<Batch> {
  readonly task: Pick<TrainingTask<Batch>, "batches">;
  readonly recorder: BatchRecorder<Batch>;
  /** The last step. */
  readonly steps: number;
  readonly validation: readonly (readonly (readonly number[])[])[];
}

/**
 * The tensors of `batches.safetensors`, all int32: `tokens`; `rows` [R, columns], each once; of each coming step `steps`, and
 * `epochs` and `positions` after it; and of its batch the `batches.rows` up to `batches.ends`. `validation.*` alike.
 */
export async function recordBatches<Batch>(
  { task, recorder, steps, validation }: BatchesToRecord<Batch>,
  progress: Progress,
): Promise<Map<string, SafeTensor>> {
  const columns = { causal: 3, seq2seq: 4 }[recorder.kind];
  const [rows, training, validating] = [new RowTable(), new BatchList(), new BatchList()];
  const [numbers, epochs, positions]: [number[], number[], number[]] = [[], [], []];
  let { step, epoch, position } = progress;
  for (; step < steps; epoch++, position = 0) {
    const before = step;
    let seen = 0;
    for await (const batch of task.batches(epoch)) {
      seen += 1;
      if (seen <= position) continue;
      if (step === steps) break;
      step += 1;
      numbers.push(step);
      epochs.push(epoch);
      positions.push(seen);
      training.add(recorder.rows(batch).map((row) => rows.indexOf(row)));
    }
    if (step === before && position === 0) throw new RangeError(`expected batches in epoch ${epoch}, got none`);
  }
  for (const batch of validation) validating.add(batch.map((row) => rows.indexOf(row)));
  const list = (values: readonly number[]) => safeTensor(Int32Array.from(values), [values.length]);
  return new Map([
    ["tokens", safeTensor(recorder.tokens(), [recorder.tokens().length])],
    ["rows", safeTensor(Int32Array.from(rows.all.flat()), [rows.all.length, columns])],
    ["steps", list(numbers)],
    ["epochs", list(epochs)],
    ["positions", list(positions)],
    ["batches.rows", list(training.rows)],
    ["batches.ends", list(training.ends)],
    ["validation.rows", list(validating.rows)],
    ["validation.ends", list(validating.ends)],
  ]);
}

/** Rows by their numbers, each once. */
class RowTable {
  readonly all: (readonly number[])[] = [];
  readonly #indices = new Map<string, number>();

  indexOf(row: readonly number[]): number {
    const key = row.join();
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    this.#indices.set(key, this.all.length);
    return this.all.push(row) - 1;
  }
}

/** Batches one after another, and where each ends. */
class BatchList {
  readonly rows: number[] = [];
  readonly ends: number[] = [];

  add(indices: readonly number[]): void {
    for (const index of indices) this.rows.push(index);
    this.ends.push(this.rows.length);
  }
}
