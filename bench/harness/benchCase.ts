import type { Race, RaceSettings } from "./race.ts";

/** What a case is told. */
export interface CaseSettings extends Pick<RaceSettings, "threads" | "note"> {
  /** Whether sizes are to be very small: to see that everything runs, on a driver in software. Left out: false. */
  readonly isShort?: boolean;
}

/** Makes what its engines share in an empty folder, and says who races. */
export type BenchCase = (folder: string, settings: CaseSettings) => Promise<readonly Race[]>;
