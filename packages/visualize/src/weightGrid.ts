import { checkLabels, checkNumbers } from "./argumentChecks.ts";

/** Matrices of weights in a grid, such as layers and heads. */
export interface WeightGrid {
  /** [rows, columns, queries, keys] */
  readonly shape: readonly [rows: number, columns: number, queries: number, keys: number];
  /** Numbers from 0 to 1, in this order. */
  readonly values: ArrayLike<number>;
  /** A label for each query. Default numbers from 0. */
  readonly queries?: readonly string[] | undefined;
  /** A label for each key. Default numbers from 0. */
  readonly keys?: readonly string[] | undefined;
}

/** One matrix of a grid. */
export interface Panel {
  readonly row: number;
  readonly column: number;
  readonly values: ArrayLike<number>;
}

/** The matrices of a grid, row by row, and the labels of their sides. */
export interface ReadGrid {
  readonly panels: readonly Panel[];
  readonly queries: readonly string[];
  readonly keys: readonly string[];
}

/** Splits a grid into its matrices. @throws RangeError if the values or the labels do not match the shape */
export function readGrid(who: string, grid: WeightGrid): ReadGrid {
  const { shape, values } = grid;
  checkNumbers(who, "shape", shape);
  checkNumbers(who, "values", values);
  const [rows, columns, queries, keys] = shape;
  if (shape.length !== 4 || shape.some((size) => !Number.isInteger(size) || size < 0)) {
    throw new RangeError(`${who}: expected a shape [rows, columns, queries, keys], got [${shape}]`);
  }
  const size = queries * keys;
  if (values.length !== rows * columns * size) {
    throw new RangeError(`${who}: expected ${rows * columns * size} values for [${shape}], got ${values.length}`);
  }
  return {
    panels: Array.from({ length: rows * columns }, (_, i) => ({
      row: Math.floor(i / columns),
      column: i % columns,
      values: Array.prototype.slice.call(values, i * size, (i + 1) * size) as number[],
    })),
    queries: labelsOf(who, "queries", grid.queries, queries),
    keys: labelsOf(who, "keys", grid.keys, keys),
  };
}

function labelsOf(who: string, name: string, labels: readonly string[] | undefined, size: number): readonly string[] {
  if (labels === undefined) return Array.from({ length: size }, (_, i) => String(i));
  checkLabels(who, name, labels);
  if (labels.length !== size) throw new RangeError(`${who}: expected ${size} labels of ${name}, got ${labels.length}`);
  return labels;
}
