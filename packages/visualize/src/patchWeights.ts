import { checkNumbers } from "./argumentChecks.ts";

/** A saliency map: a number for each patch of a grid that covers a picture. */
export interface PatchWeights {
  readonly rows: number;
  readonly columns: number;
  /** rows * columns numbers of at least 0, row by row */
  readonly values: ArrayLike<number>;
}

/** The numbers scaled to 0 to 1, the greatest being 1. @throws RangeError if they are not rows * columns */
export function relativeWeights(who: string, { rows, columns, values }: PatchWeights): Float32Array {
  checkNumbers(who, "values", values);
  if (![rows, columns].every((size) => Number.isInteger(size) && size > 0) || values.length !== rows * columns) {
    throw new RangeError(`${who}: expected ${rows} x ${columns} values, got ${values.length}`);
  }
  const weights = Float32Array.from(values, (value) => (value > 0 ? value : 0)); // NaN and below: nothing
  const greatest = weights.reduce((most, value) => Math.max(most, value), 0);
  return greatest === 0 || greatest === Infinity
    ? weights.map((value) => Number(value > 0))
    : weights.map((value) => value / greatest);
}

/** Describes a map in words: where most of the weight is. */
export function describePatches({ rows, columns, values }: PatchWeights): string {
  const order = Array.from(values, (value, at) => ({ value: value > 0 ? value : 0, at }))
    .sort((a, b) => b.value - a.value)
    .slice(0, 3)
    .filter(({ value }) => value > 0);
  const places = order.map(({ at }) => `row ${Math.floor(at / columns) + 1}, column ${(at % columns) + 1}`);
  const most = places.length === 0 ? "no weight at all" : `most weight at ${places.join("; ")}`;
  return `${rows} rows and ${columns} columns of patches, ${most}.`;
}
