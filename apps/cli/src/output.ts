import { once } from "node:events";
import { printable } from "@qkv/visualize";

/**
 * Writes a text that a model made to standard output, as fast as it is read there: as it is into a file or a pipe, and
 * printable on a terminal, which would obey its control characters.
 */
export function writeText(text: string): Promise<void> {
  return write(process.stdout.isTTY ? printable(text, { lines: true }) : text);
}

/** Writes a line of JSON to standard output. What a terminal would obey is escaped, which leaves the JSON the same. */
export function writeJson(value: unknown): Promise<void> {
  return write(`${printable(JSON.stringify(value))}\n`);
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}
