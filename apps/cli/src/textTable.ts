import { printable } from "@qkv/visualize";

/**
 * Formats rows as lines, with columns as wide as their widest cell.
 *
 * @param numbers the columns that stand at the right
 */
export function textTable(rows: readonly (readonly string[])[], numbers: readonly number[]): string {
  const shown = rows.map((row) => row.map((cell) => printable(cell)));
  const widths = (shown[0] ?? []).map((_, column) => Math.max(...shown.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number) =>
    numbers.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return shown.map((row) => `${row.map(pad).join("  ").trimEnd()}\n`).join("");
}
