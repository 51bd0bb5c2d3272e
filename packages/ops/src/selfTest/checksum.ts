import { testNumbers } from "./testNumbers.ts";

/** A known result in three numbers: two sums of all of its numbers, each times a factor of its place, and the largest. */
export type Checksum = readonly [first: number, second: number, largest: number];

/** Sums up a result. @param values at most 4096 numbers */
export function checksum(values: ArrayLike<number>): Checksum {
  const [a, b] = [testNumbers(values.length, 100), testNumbers(values.length, 102)];
  let [first, second, largest] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    first += factorOf(a[i] as number) * value;
    second += factorOf(b[i] as number) * value;
    largest = Math.max(largest, Math.abs(value));
  }
  return [first, second, largest];
}

/**
 * Tells whether a result has a checksum: no number of it is off by more than `tolerance` of the largest one, unless what is off
 * cancels out in both sums. Rounding adds up in the sums, so a right result may be told to be another, and is then compared in full.
 */
export function hasChecksum(values: ArrayLike<number>, [first, second, largest]: Checksum, tolerance: number): boolean {
  const got = checksum(values);
  const most = (tolerance * largest) / 2; // no factor is below a half
  return Math.abs(got[0] - first) <= most && Math.abs(got[1] - second) <= most;
}

/** From 0.5 to 1.5 either way. */
function factorOf(number: number): number {
  return number < 0 ? number - 0.5 : number + 0.5;
}
