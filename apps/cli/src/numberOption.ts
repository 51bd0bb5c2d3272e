import { InvalidArgumentError } from "commander";

/** Beams that a search may be asked for, as many as `generate` takes unless it is told otherwise. */
export const MOST_BEAMS = 256;

/** Reads an option's whole number of at least 1. */
export function atLeastOne(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("expected a whole number from 1.");
  return value;
}

/** Reads how many beams to keep. */
export function beamCount(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1 && value <= MOST_BEAMS) return value;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${MOST_BEAMS}.`);
}
