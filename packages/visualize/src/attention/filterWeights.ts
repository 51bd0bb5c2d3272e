import { checkRecord } from "../argumentChecks.ts";
/** Which weights of a matrix are worth showing. */
export interface WeightFilter {
  /** Weights below are 0. Default 0. */
  readonly threshold?: number;
  /** Only this many of each row, the greatest, are left. Default all. */
  readonly top?: number;
}

/**
 * A matrix's weights with 0 in place of those that the filter leaves out; of equal ones the first are kept.
 *
 * @param values row by row
 * @param columns how many there are in a row
 */
export function filterWeights(
  values: ArrayLike<number>,
  columns: number,
  filter: WeightFilter,
): Float32Array<ArrayBuffer> {
  checkRecord("filterWeights", "filter", filter);
  const { threshold = 0, top = Infinity } = filter;
  const kept = Float32Array.from(values, (value) => (value >= threshold ? value : 0));
  if (top >= columns) return kept;
  for (let start = 0; start < kept.length; start += columns) {
    const row = kept.subarray(start, start + columns);
    const order = Array.from(row.keys()).sort((a, b) => (row[b] ?? 0) - (row[a] ?? 0) || a - b);
    for (const column of order.slice(Math.max(0, top))) row[column] = 0;
  }
  return kept;
}
