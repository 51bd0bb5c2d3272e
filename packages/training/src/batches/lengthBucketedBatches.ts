import { checkRecord } from "@qkv/ops";
import { RandomStream } from "@qkv/nn";
import { shuffle } from "./shuffle.ts";

/** The lengths of one example, in tokens. */
export type PairLengths = readonly [source: number, target: number];

/** Batch size limits, seed and epoch. */
export interface BucketOptions {
  /** The most tokens of a batch: its rows times its longest source or target, whichever is longer. */
  readonly tokensPerBatch: number;
  /** Seed of the shuffle: the batches depend on it and on `epoch` alone. */
  readonly seed: number;
  /** Default 0. */
  readonly epoch?: number;
  /** The most rows of a batch. Default: as many as fit. */
  readonly maxRows?: number;
}

/** The batches of an epoch. */
export interface BucketedBatches {
  /** Indices into the lengths; each index is in exactly one batch. */
  readonly batches: readonly (readonly number[])[];
  /** The share of padding in all source and target positions, 0 to 1. */
  readonly paddingRatio: number;
}

/**
 * Groups pairs of about the same length into one epoch's batches, so that little of a batch is padding.
 *
 * Pairs of equal lengths are shuffled anew each epoch, and the batches come in random order.
 *
 * @throws RangeError if a pair is longer than a batch may be
 */
export function lengthBucketedBatches(lengths: readonly PairLengths[], options: BucketOptions): BucketedBatches {
  checkRecord("lengthBucketedBatches", "options", options);
  const { tokensPerBatch, seed, epoch = 0, maxRows = Infinity } = options;
  const lengthsOf = (index: number): PairLengths => lengths[index] ?? [0, 0];
  const random = new RandomStream(seed).fork(epoch);

  const order = shuffle([...lengths.keys()], random);
  order.sort((a, b) => compareLengths(lengthsOf(a), lengthsOf(b))); // stable: equal lengths stay shuffled

  const batches: number[][] = [];
  let batch: number[] = [];
  let longest = 0;
  for (const index of order) {
    const length = Math.max(...lengthsOf(index));
    if (length > tokensPerBatch) {
      throw new RangeError(
        `lengthBucketedBatches: expected at most ${tokensPerBatch} tokens, got ${length} at ${index}`,
      );
    }
    longest = Math.max(longest, length);
    if (batch.length === maxRows || (batch.length + 1) * longest > tokensPerBatch) {
      batches.push(batch);
      batch = [];
      longest = length;
    }
    batch.push(index);
  }
  if (batch.length > 0) batches.push(batch);
  return { batches: shuffle(batches, random), paddingRatio: paddingRatio(batches, lengthsOf) };
}

/** Compares by the longer side, then by the difference to the other: up and down in turn, so that neighbours are alike. */
function compareLengths([sourceA, targetA]: PairLengths, [sourceB, targetB]: PairLengths): number {
  const longest = Math.max(sourceA, targetA);
  const direction = longest % 2 === 0 ? 1 : -1;
  return longest - Math.max(sourceB, targetB) || direction * (sourceA - targetA - (sourceB - targetB));
}

function paddingRatio(batches: readonly number[][], lengthsOf: (index: number) => PairLengths): number {
  let real = 0;
  let padded = 0;
  for (const batch of batches) {
    let [longestSource, longestTarget] = [0, 0];
    for (const [source, target] of batch.map(lengthsOf)) {
      real += source + target;
      longestSource = Math.max(longestSource, source);
      longestTarget = Math.max(longestTarget, target);
    }
    padded += batch.length * (longestSource + longestTarget);
  }
  return padded === 0 ? 0 : 1 - real / padded;
}
