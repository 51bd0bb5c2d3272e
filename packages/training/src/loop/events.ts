/** An event of a training run. All but the times is the same in every run with the same seed. */
export type TrainingEvent = StepEvent | ValidationEvent | CheckpointEvent;

/** The event of an update. */
export interface StepEvent {
  readonly type: "step";
  readonly step: number;
  readonly epoch: number;
  /** The mean loss of the update's batches, before it. */
  readonly loss: number;
  readonly learningRate: number;
  /** The global norm of the gradients before they were clipped. */
  readonly gradNorm: number;
  /** What the gradients of the update's batches tell of all others', with more than one batch (`accumulate`). */
  readonly gradNoise?: GradientNoise;
  /** All tokens so far. */
  readonly tokens: number;
  readonly tokensPerSecond: number;
  /** The last step, if known. */
  readonly totalSteps?: number;
  /** Seconds to the last step at the recent speed, if known. */
  readonly etaSeconds?: number;
}

/**
 * Unbiased estimates of the true gradient and of what a token's gradient differs from it, from batches that were added up in an
 * update. One update's say little: `gradientNoiseScale` takes the means of many.
 */
export interface GradientNoise {
  /** The squared norm of the true gradient; an estimate, so it may be below 0. */
  readonly square: number;
  /** The trace of the covariance of the gradients of single tokens (or of whatever weighs the batches). */
  readonly variance: number;
}

/** The event of a validation. */
export interface ValidationEvent {
  readonly type: "validation";
  readonly step: number;
  readonly epoch: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Whether it is the best so far. */
  readonly best: boolean;
}

/** The event of a saved checkpoint. */
export interface CheckpointEvent {
  readonly type: "checkpoint";
  readonly step: number;
}
