import { checkLabels, checkNumbers, checkRecord } from "./argumentChecks.ts";
import { printable } from "./printable.ts";

/** A matrix of weights with labels of its sides. */
export interface WeightMatrix {
  /** A label for each row: queries, target tokens. */
  readonly rows: readonly string[];
  /** A label for each column: keys, source tokens. */
  readonly columns: readonly string[];
  /** rows * columns numbers from 0 to 1, row by row. */
  readonly values: ArrayLike<number>;
}

/**
 * Describes a matrix of weights in words, a text alternative of its picture: the greatest weights of each row.
 *
 * @param limit the number of rows described; the rest are counted
 * @throws RangeError if there are not rows * columns values
 */
export function describeWeights(matrix: WeightMatrix, limit = 12): string {
  checkRecord("describeWeights", "matrix", matrix);
  checkMatrix("describeWeights", matrix);
  const { rows, columns, values } = matrix;
  if (rows.length === 0 || columns.length === 0) return "No weights.";
  const told = rows.slice(0, limit).map((row, i) => {
    const best = bestOf(values, i * columns.length, columns.length);
    if (best === undefined) return `${printable(row)} looks at nothing`;
    return `${printable(row)} looks most at ${printable(columns[best.at] ?? "")} (${best.value.toFixed(2)})`;
  });
  const rest = rows.length - told.length;
  return `${told.join("; ")}${rest > 0 ? `; and ${rest} more rows` : ""}.`;
}

/** Refuses another number of values than rows * columns. */
export function checkMatrix(who: string, { rows, columns, values }: WeightMatrix): void {
  checkLabels(who, "rows", rows);
  checkLabels(who, "columns", columns);
  checkNumbers(who, "values", values);
  if (values.length !== rows.length * columns.length) {
    throw new RangeError(`${who}: expected ${rows.length} * ${columns.length} values, got ${values.length}`);
  }
}

function bestOf(values: ArrayLike<number>, start: number, size: number): { at: number; value: number } | undefined {
  let best: { at: number; value: number } | undefined;
  for (let at = 0; at < size; at++) {
    const value = values[start + at] ?? 0;
    if (value > (best?.value ?? 0)) best = { at, value };
  }
  return best;
}
