/** The middle value; the mean of the two in the middle if their number is even. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? NaN) + upper) / 2 : upper;
}

/** The largest difference between the numbers of two lists, relative to the largest number of the first if that is above 1. */
export function difference(expected: readonly number[], got: readonly number[]): number {
  if (expected.length !== got.length) return Infinity;
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const apart = expected.map((value, i) => Math.abs(value - (got[i] ?? NaN)) / scale);
  return apart.reduce((worst, one) => (one <= worst ? worst : Number.isNaN(one) ? Infinity : one), 0);
}
