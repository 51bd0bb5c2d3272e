/** A sequence that is extended by one token a step. */
export interface PartialSequence {
  /** Token ids, with those that it began with. */
  readonly ids: number[];
  logProbability: number;
}

/** A sequence that is not finished, and which of all it is. */
export interface OpenSequence {
  readonly sequence: PartialSequence;
  readonly index: number;
}
