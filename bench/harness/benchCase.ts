import type { Race, RaceSettings } from "./race.ts";

/** Makes what its engines share in an empty folder, and says who races. */
export type BenchCase = (folder: string, settings: Pick<RaceSettings, "threads" | "note">) => Promise<readonly Race[]>;
