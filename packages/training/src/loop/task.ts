import type * as tf from "@tensorflow/tfjs-core";
import type { RandomStream } from "@qkv/nn";
import type { NamedVariables } from "../parameters/gradients.ts";

/** What {@link train} needs to know of a model and its data. */
export interface TrainingTask<Batch> {
  /** Everything to train or at least to save with it, by dotted name. */
  readonly params: NamedVariables;

  /** The batches of an epoch, counted from 0. Asked again for the same epoch, it must give the same. */
  batches(epoch: number): Iterable<Batch> | AsyncIterable<Batch>;

  /** The mean loss of a batch, over its tokens where it has any. Everything random in it comes from `random`. */
  loss(batch: Batch, random: RandomStream): tf.Scalar;

  /** What a batch counts in a mean over batches and in the speed, its target tokens for example. Default 1. */
  tokens?(batch: Batch): number;

  /** Measures the model; `loss` is the one that decides which is best unless the options name another. */
  validate?(signal: AbortSignal | undefined): Promise<Readonly<Record<string, number>>>;
}
