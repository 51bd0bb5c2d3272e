import type { StateDict } from "@qkv/nn";

/** Progress of a run: with the parameters and the optimizer's state, everything needed to resume as if never stopped. */
export interface Progress {
  /** Updates made. */
  readonly step: number;
  /** The epoch that the next batch belongs to, counted from 0. */
  readonly epoch: number;
  /** Batches of that epoch already used. */
  readonly position: number;
  /** The seed: everything random follows from it and the step. */
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

/** The saved state of a run at one step. */
export interface Checkpoint {
  readonly progress: Progress;
  /** The parameters by dotted name. */
  readonly params: StateDict;
  /** The optimizer's own state. */
  readonly optimizer: StateDict;
}

/** A store of checkpoints. */
export interface CheckpointStore {
  /** Saves a checkpoint whole or not at all, then deletes those that are no longer kept. */
  save(checkpoint: Checkpoint): Promise<void>;
  /** The steps of the stored checkpoints, the earliest first. */
  steps(): Promise<readonly number[]>;
  /** Reads the checkpoint of a step. @throws CheckpointFileError if it is missing or damaged */
  read(step: number): Promise<Checkpoint>;
  /** Reads the last undamaged checkpoint, if there is one. */
  latest(): Promise<Checkpoint | undefined>;
}
