import { readFile } from "node:fs/promises";
import { UsageError } from "./usageError.ts";

/** The lines of a UTF-8 text file; the end of the last line begins no further one. */
export async function readLines(file: string): Promise<string[]> {
  try {
    return splitLines(await readFile(file, "utf8"));
  } catch (error) {
    throw new UsageError(`${file}: expected a text file, got ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** A text's lines, whichever way they end. */
export function splitLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
