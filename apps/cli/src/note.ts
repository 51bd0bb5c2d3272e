import { printable } from "@qkv/visualize";

/** Says a line on standard error: standard output is for data. */
export function note(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}
