import { checkRecord } from "./argumentChecks.ts";
import { checkMatrix, type WeightMatrix } from "./describeWeights.ts";
import { printable } from "./printable.ts";

/** Shades from empty to full: full blocks are dark on light terminals and bright on dark ones. */
const SHADES = [" ", "░", "▒", "▓", "█"];

/**
 * A matrix of weights for a terminal, dark or light: a shade for each cell, rows with their labels, and the labels of the
 * columns written downwards. 60 columns are 60 characters and the labels.
 *
 * @returns lines without colours or other escapes, the last one ended
 * @throws RangeError if there are not rows * columns values
 */
export function terminalHeatMap(matrix: WeightMatrix): string {
  checkRecord("terminalHeatMap", "matrix", matrix);
  checkMatrix("terminalHeatMap", matrix);
  const { rows, columns, values } = matrix;
  const side = rows.map((label) => [...printable(label)]);
  const top = columns.map((label) => [...printable(label)]);
  const width = Math.max(0, ...side.map((label) => label.length));
  const height = Math.max(0, ...top.map((label) => label.length));
  const head = Array.from({ length: height }, (_, line) => {
    const letters = top.map((label) => label[line - (height - label.length)] ?? " ");
    return `${" ".repeat(width)}  ${letters.join("")}`;
  });
  const cells = side.map((label, row) => {
    const shades = columns.map((_, column) => shadeOf(values[row * columns.length + column] ?? NaN));
    return `${" ".repeat(width - label.length)}${label.join("")} │${shades.join("")}│`;
  });
  return [...head, ...cells].map((line) => `${line.trimEnd()}\n`).join("");
}

function shadeOf(value: number): string {
  if (Number.isNaN(value)) return "?";
  return SHADES[Math.round(Math.min(Math.max(value, 0), 1) * (SHADES.length - 1))] ?? " ";
}
