import type { StateDict } from "@qkv/nn";

/** Where a run is: with the parameters and the optimizer's state, everything needed to go on as if never stopped. */
export interface Progress {
  /** Updates made. */
  readonly step: number;
  /** The epoch that the next batch belongs to, counted from 0. */
  readonly epoch: number;
  /** Batches of that epoch already used. */
  readonly position: number;
  /** Everything random follows from this and the step. */
  readonly seed: number;
  /** Tokens used so far, all epochs together. */
  readonly tokens: number;
  /** The step of the last validation, 0 if there was none. */
  readonly validatedStep: number;
  /** The best validation so far. */
  readonly best?: { readonly step: number; readonly value: number };
  /** Validations since the best one. */
  readonly validationsSinceBest: number;
}

/** One saved moment of a run. */
export interface Checkpoint {
  readonly progress: Progress;
  /** The parameters by dotted name. */
  readonly params: StateDict;
  /** The optimizer's own state. */
  readonly optimizer: StateDict;
}

/** Where checkpoints are kept. */
export interface CheckpointStore {
  /** Saves a checkpoint whole or not at all, then lets go of those that are no longer wanted. */
  save(checkpoint: Checkpoint): Promise<void>;
  /** The steps that checkpoints are there for, the earliest first. */
  steps(): Promise<readonly number[]>;
  /** The checkpoint of a step. @throws CheckpointFileError if it is missing or damaged */
  read(step: number): Promise<Checkpoint>;
  /** The last checkpoint that is whole, if there is one. */
  latest(): Promise<Checkpoint | undefined>;
}
