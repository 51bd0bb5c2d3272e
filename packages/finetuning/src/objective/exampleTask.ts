import { type PassOptions, RandomStream } from "@qkv/nn";
import { type NamedVariables, shuffledBatches } from "@qkv/training";
import type * as tf from "@tensorflow/tfjs-core";
import type { FinetuningTask, LabelledBatch, TaskOptions } from "./objective.ts";

/** What an objective says of its examples, for {@link exampleTask}. */
export interface ExampleTaskParts<Example, Row> {
  readonly params: NamedVariables;
  readonly metrics: FinetuningTask["metrics"];
  readonly unit: string;
  /** What is trained on of an example in one epoch; where nothing is random, the example. */
  rowOf(example: Example, random: RandomStream): Row;
  /** What a row weighs in means: what its loss is a mean over, its labels for one. */
  weightOf(row: Row): number;
  /** The mean loss of rows by their weights. */
  loss(rows: readonly Row[], options?: PassOptions): tf.Scalar;
  /** What the loss is computed of, where that is a class for each text or token. */
  batch?(rows: readonly Row[]): LabelledBatch;
  /** Measures the model on batches of rows that are the same each time. */
  validate(
    batches: readonly (readonly Row[])[],
    signal: AbortSignal | undefined,
  ): Promise<Readonly<Record<string, number>>>;
}

/** The epoch that validation draws by: none of training. */
const VALIDATION = 2 ** 31;

/** Makes a task of examples: shuffled anew each epoch, each drawn by the seed, the epoch and its index alone. */
export function exampleTask<Example, Row>(
  parts: ExampleTaskParts<Example, Row>,
  { training, validation, batchSize, seed, recompute }: TaskOptions<Example>,
): FinetuningTask<Row> {
  const { params, metrics, unit, rowOf, weightOf, loss, batch } = parts;
  if (training.length === 0) throw new RangeError("expected examples to train on, got none");
  if (validation.length === 0) throw new RangeError("expected examples for validation, got none");
  const draw = (examples: readonly Example[], indices: readonly number[], random: RandomStream) =>
    indices.map((index) => rowOf(examples[index] as Example, random.fork(index)));
  return {
    params,
    metrics,
    unit,
    ...(batch !== undefined && { batch: (rows) => batch(rows) }),
    *batches(epoch) {
      const random = new RandomStream(seed).fork(epoch);
      for (const indices of shuffledBatches(training.length, { batchSize, seed, epoch })) {
        yield draw(training, indices, random);
      }
    },
    tokens: (rows) => rows.reduce((sum, row) => sum + weightOf(row), 0),
    loss: (rows, random) => loss(rows, { random, recompute }),
    validate(signal) {
      const random = new RandomStream(seed).fork(VALIDATION);
      const batches: Row[][] = [];
      for (let from = 0; from < validation.length; from += batchSize) {
        const indices = Array.from({ length: Math.min(batchSize, validation.length - from) }, (_, i) => from + i);
        batches.push(draw(validation, indices, random));
      }
      return parts.validate(batches, signal);
    },
  };
}
