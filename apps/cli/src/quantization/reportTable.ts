import type { QuantizationReport } from "@qkv/pretrained";
import { printable } from "@qkv/visualize";
import { textTable } from "../textTable.ts";

/** Bytes of the files of weights. */
export interface FileSizes {
  /** Null where they are not on this machine. */
  readonly before: number | null;
  readonly after: number;
}

/** The errors of all layers as a table, what stayed with the reason, and the bytes before and after. */
export function reportTable(
  { format, layers, kept, bytesBefore, bytesAfter }: QuantizationReport,
  file: string,
  sizes: FileSizes,
): string {
  const isWeighted = layers.some(({ weightedError }) => weightedError !== undefined);
  const row = (name: string, of: string, errors: readonly string[], bytes: readonly number[], reason = "") => [
    ...[name, of, ...(isWeighted ? errors : errors.slice(0, 1)), ...bytes.map(kilobytes), reason],
  ];
  const rows = [
    ["layer", "format", "error", ...(isWeighted ? ["on the text"] : []), "before", "after", ""],
    ...layers.map(({ name, error, weightedError, ...layer }) => {
      const errors = [percent(error), weightedError === undefined ? "-" : percent(weightedError)];
      return row(name, layer.format, errors, [layer.bytesBefore, layer.bytesAfter]);
    }),
    ...kept.map(({ name, bytes, reason, ...layer }) => row(name, layer.format, ["-", "-"], [bytes, bytes], reason)),
    row("all parameters", format, ["", ""], [bytesBefore, bytesAfter]),
  ];
  const before = sizes.before === null ? "" : `, where the model had ${kilobytes(sizes.before)}`;
  return `${textTable(rows, [2, 3, 4, ...(isWeighted ? [5] : [])])}${printable(file)}: ${kilobytes(sizes.after)}${before}\n`;
}

/** A part of one, to three digits. */
function percent(error: number): string {
  return `${(100 * error).toPrecision(3)} %`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
