import { checkRecord } from "@qkv/ops";
import { RandomStream } from "@qkv/nn";
import { shuffle } from "./shuffle.ts";

/** Batch size, seed and epoch. */
export interface ShuffledBatchesOptions {
  readonly batchSize: number;
  /** Seed of the shuffle: the batches depend on it and on `epoch` alone. */
  readonly seed: number;
  /** Default 0. */
  readonly epoch?: number;
}

/**
 * One epoch's batches of the indices [0, count), in another order each epoch. An incomplete last batch is left
 * out, so that all batches weigh alike, unless it is the only one.
 */
export function shuffledBatches(count: number, options: ShuffledBatchesOptions): readonly (readonly number[])[] {
  checkRecord("shuffledBatches", "options", options);
  const { batchSize, seed, epoch = 0 } = options;
  const order = shuffle([...Array(count).keys()], new RandomStream(seed).fork(epoch));
  const whole = Math.max(Math.floor(count / batchSize), 1);
  return Array.from({ length: whole }, (_, i) => order.slice(i * batchSize, (i + 1) * batchSize));
}
