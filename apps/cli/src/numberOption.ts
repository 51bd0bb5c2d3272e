import { InvalidArgumentError } from "commander";

/** Beams that a search may be asked for, as many as `generate` takes unless it is told otherwise. */
export const MOST_BEAMS = 256;

/** Reads an option's whole number of at least 1. */
export function atLeastOne(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("expected a whole number from 1.");
  return value;
}

/** Threads that may be asked for, as many as `initBackend` takes. */
const MOST_THREADS = 64;

/** Reads how many beams to keep. */
export function beamCount(text: string): number {
  return countUpTo(MOST_BEAMS, text);
}

/** Reads how many threads compute. */
export function threadCount(text: string): number {
  return countUpTo(MOST_THREADS, text);
}

function countUpTo(most: number, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${most}.`);
}

/** Reads a number. */
export function aNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("expected a number.");
  return value;
}
