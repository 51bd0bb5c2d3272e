/** More columns than these are not seen at one glance. */
const MOST_KEYS = 24;

/** Rows of weights with fewer columns. */
export interface StrongestKeys {
  /** The columns that are kept, in their order. */
  readonly columns: readonly number[];
  /** How many are not: their sum is a column behind them, so that each row still sums to 1. */
  readonly others: number;
  /** Row by row. */
  readonly values: Float32Array<ArrayBuffer>;
}

/** Keeps the columns in which some row has most, and sums up the rest. @param weights rows of `keys` weights */
export function strongestKeys(weights: Float32Array, keys: number, most = MOST_KEYS): StrongestKeys {
  const rows = keys === 0 ? 0 : weights.length / keys;
  const greatest = new Float32Array(keys);
  for (const [i, weight] of weights.entries()) {
    const column = i % keys;
    if (weight > (greatest[column] as number)) greatest[column] = weight;
  }
  const order = Array.from(greatest.keys()).sort((a, b) => (greatest[b] as number) - (greatest[a] as number));
  const columns = order.slice(0, keys > most ? most : keys).sort((a, b) => a - b);
  const others = keys - columns.length;
  const width = columns.length + (others > 0 ? 1 : 0);
  const values = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const of = weights.subarray(row * keys, (row + 1) * keys);
    const kept = columns.map((column) => of[column] as number);
    values.set(kept, row * width);
    const sum = (all: Iterable<number>) => Array.from(all).reduce((total, weight) => total + weight, 0);
    if (others > 0) values[(row + 1) * width - 1] = Math.max(0, sum(of) - sum(kept));
  }
  return { columns, others, values };
}
