import type { WeightMatrix } from "./describeWeights.ts";
import { printable } from "./printable.ts";

/** Describes a matrix of signed numbers in words: the three greatest above 0, and the three least below. */
export function describeExtremes({ rows, columns, values }: WeightMatrix): string {
  const order = Array.from(values, (value, at) => ({ value, at }))
    .filter(({ value }) => !Number.isNaN(value) && value !== 0)
    .sort((a, b) => b.value - a.value);
  const name = ({ value, at }: { readonly value: number; readonly at: number }) => {
    const [row, column] = [rows[Math.floor(at / columns.length)], columns[at % columns.length]];
    return `${printable(row ?? "")}, ${printable(column ?? "")} (${value.toFixed(2)})`;
  };
  const [above, below] = [order.filter(({ value }) => value > 0), order.filter(({ value }) => value < 0).reverse()];
  const told = [
    ...(above.length > 0 ? [`greatest: ${above.slice(0, 3).map(name).join("; ")}`] : []),
    ...(below.length > 0 ? [`least: ${below.slice(0, 3).map(name).join("; ")}`] : []),
  ];
  return told.length === 0 ? "No numbers but 0." : `${told.join(". ")}.`;
}

/** The greatest absolute value, NaN and infinities left out; 1 if all are 0. */
export function greatestSize(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] ?? 0);
    if (Number.isFinite(size) && size > most) most = size;
  }
  return most || 1;
}
