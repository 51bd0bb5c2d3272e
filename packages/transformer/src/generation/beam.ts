/** An unfinished sequence (beam), and the row of the decoding that it continues. */
export interface Beam {
  readonly row: number;
  readonly ids: readonly number[];
  readonly logProbability: number;
}

/** The beams of one source. */
export interface BeamsOfSource {
  readonly source: number;
  beams: Beam[];
}
