import type { Goal } from "../data/examples.ts";

/** How long and how strongly a model learns. */
export interface TuningSettings {
  /** How often each example is seen. */
  readonly epochs: number;
  readonly learningRate: number;
  /** The rank of the adapter's updates. */
  readonly rank: number;
  /** Examples of a step. */
  readonly batchSize: number;
  /** Of a longer text the rest is not read. */
  readonly maxTokens: number;
}

/** Where nothing is chosen. */
export const DEFAULT_SETTINGS: Readonly<Record<Goal, TuningSettings>> = {
  classify: { epochs: 8, learningRate: 0.001, rank: 8, batchSize: 8, maxTokens: 128 },
  embed: { epochs: 4, learningRate: 0.0005, rank: 8, batchSize: 16, maxTokens: 128 },
  write: { epochs: 3, learningRate: 0.0005, rank: 8, batchSize: 2, maxTokens: 256 },
};

/** The same for every training: it can then be gone on with, and done again. */
export const SEED = 1;
