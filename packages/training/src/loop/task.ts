import type * as tf from "@tensorflow/tfjs-core";
import type { RandomStream } from "@qkv/nn";
import type { NamedVariables } from "../parameters/gradients.ts";

/** A model and its data, for {@link train}. */
export interface TrainingTask<Batch> {
  /** The parameters to train or at least to save, by dotted name. */
  readonly params: NamedVariables;

  /** The batches of an epoch, counted from 0. They must be the same on every call for an epoch. */
  batches(epoch: number): Iterable<Batch> | AsyncIterable<Batch>;

  /** The mean loss of a batch, over its tokens where it has any. Everything random in it comes from `random`. */
  loss(batch: Batch, random: RandomStream): tf.Scalar;

  /** The weight of a batch in a mean over batches and in the speed, its target tokens for example. Default 1. */
  tokens?(batch: Batch): number;

  /** Measures the model; `loss` decides which is best unless the options name another. */
  validate?(signal: AbortSignal | undefined): Promise<Readonly<Record<string, number>>>;
}
