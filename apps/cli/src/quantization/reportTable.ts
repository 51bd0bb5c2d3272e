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
  const rounded = layers.map((layer) => [
    ...[layer.name, layer.format, percent(layer.error)],
    ...[kilobytes(layer.bytesBefore), kilobytes(layer.bytesAfter), ""],
  ]);
  const stayed = kept.map((layer) => [
    ...[layer.name, layer.format, "-"],
    ...[kilobytes(layer.bytes), kilobytes(layer.bytes), layer.reason],
  ]);
  const total = ["all parameters", format, "", kilobytes(bytesBefore), kilobytes(bytesAfter), ""];
  const rows = [["layer", "format", "error", "before", "after", ""], ...rounded, ...stayed, total];
  const before = sizes.before === null ? "" : `, where the model had ${kilobytes(sizes.before)}`;
  return `${textTable(rows, [2, 3, 4])}${printable(file)}: ${kilobytes(sizes.after)}${before}\n`;
}

/** A part of one, to three digits. */
function percent(error: number): string {
  return `${(100 * error).toPrecision(3)} %`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
