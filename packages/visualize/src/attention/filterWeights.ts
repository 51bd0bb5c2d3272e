import { checkRecord } from "../argumentChecks.ts";
/** Filter of the weights of a matrix. */
export interface WeightFilter {
  /** Weights below it become 0. Default 0. */
  readonly threshold?: number;
  /** The number of the greatest weights to keep in each row. Default all. */
  readonly top?: number;
}

/**
 * Sets a matrix's weights to 0 where the filter excludes them; of equal ones the first are kept.
 *
 * @param values row by row
 * @param columns the length of a row
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
