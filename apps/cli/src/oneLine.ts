import { once } from "node:events";

/** Whatever some reader of lines takes for an end: line feeds, returns, VT, FF, NEL, U+2028, U+2029. */
const BREAK = /[\n\v\f\r\x85\u2028\u2029]/;

/** A text on one line: a space in the place of white space that has a line break in it. */
export function oneLine(text: string): string {
  return text.replace(/[\s\x85]+/g, (space) => (BREAK.test(space) ? " " : space));
}

/** A value as JSON on one line, for readers that take more than a line feed for the end of one. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x85\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Writes a line to standard output, as fast as it is read there. */
export async function writeLine(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
}
