/** A line of the packages' sources. */
export interface CodeLine {
  /** Below `packages/`. */
  readonly file: string;
  readonly line: number;
  readonly code: string;
}
