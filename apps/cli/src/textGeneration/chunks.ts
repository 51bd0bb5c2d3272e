import { RandomStream } from "@qkv/nn";
import { shuffledBatches } from "@qkv/training";
import type { CausalInputs } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";

/** Where the chunks of a batch start in the text's tokens. */
export type ChunkBatch = readonly number[];

/** What an epoch's batches depend on. */
export interface EpochOptions {
  /** How many tokens a chunk has. */
  readonly length: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly epoch: number;
}

/** An epoch's batches: the text cut into chunks side by side, from another place each epoch, in another order. */
export function chunkBatches(tokens: number, { length, batchSize, seed, epoch }: EpochOptions): readonly ChunkBatch[] {
  const spare = Math.min(length, tokens - length); // one token more is needed for the last label
  const first = Math.floor(new RandomStream(seed).fork(epoch).uniform() * Math.max(spare, 1));
  const count = Math.floor((tokens - 1 - first) / length);
  return shuffledBatches(count, { batchSize, seed, epoch }).map((batch) =>
    batch.map((chunk) => first + chunk * length),
  );
}

const IGNORED = -100;

/** Pieces and what follows each of their tokens. The caller disposes of it, or stands in a tidy. */
export function chunkTensors(
  ids: Int32Array,
  starts: ChunkBatch,
  length: number,
): CausalInputs & { readonly labels: tf.Tensor2D } {
  const longest = Math.max(...starts.map((start) => Math.min(length, ids.length - 1 - start)));
  const [inputs, labels] = [0, IGNORED].map((filler) => new Int32Array(starts.length * longest).fill(filler));
  for (const [row, start] of starts.entries()) {
    const end = Math.min(start + longest, ids.length - 1);
    inputs?.set(ids.subarray(start, end), row * longest);
    labels?.set(ids.subarray(start + 1, end + 1), row * longest);
  }
  const tensor = (values: Int32Array = new Int32Array()) => tf.tensor2d(values, [starts.length, longest], "int32");
  return { ids: tensor(inputs), labels: tensor(labels) };
}
