/** What a run tells while it goes on. Everything in it but the times is the same in every run with the same seed. */
export type TrainingEvent = StepEvent | ValidationEvent | CheckpointEvent;

/** An update was made. */
export interface StepEvent {
  readonly type: "step";
  readonly step: number;
  readonly epoch: number;
  /** The mean loss of the update's batches, before it. */
  readonly loss: number;
  readonly learningRate: number;
  /** The global norm of the gradients before they were clipped. */
  readonly gradNorm: number;
  /** All tokens so far. */
  readonly tokens: number;
  readonly tokensPerSecond: number;
  /** The last step, where it is known. */
  readonly totalSteps?: number;
  /** Seconds to the last step at the speed of late, where it is known. */
  readonly etaSeconds?: number;
}

/** The model was measured. */
export interface ValidationEvent {
  readonly type: "validation";
  readonly step: number;
  readonly epoch: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Whether it is the best so far. */
  readonly best: boolean;
}

/** A checkpoint was saved. */
export interface CheckpointEvent {
  readonly type: "checkpoint";
  readonly step: number;
}
