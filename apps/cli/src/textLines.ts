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

/** The lines of a text that comes in chunks: only a line feed ends one, and a carriage return before it goes with it. */
export async function* streamLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let open: string[] = []; // of a line that has not ended; joined once, as a line may be as long as a file
  for await (const chunk of chunks) {
    const lines = chunk.split("\n");
    const rest = lines.pop() ?? "";
    for (const line of lines) {
      yield `${open.join("")}${line}`.replace(/\r$/, "");
      open = [];
    }
    open.push(rest);
  }
  const last = open.join("");
  if (last !== "") yield last;
}
