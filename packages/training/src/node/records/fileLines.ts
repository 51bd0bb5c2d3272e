import { createReadStream } from "node:fs";
import { readable } from "../files/readable.ts";

/** A line of a text file, from 1 on. */
export interface FileLine {
  readonly text: string;
  readonly where: string;
}

/**
 * The lines of a file of UTF-8, without what ends them; the end of the last line begins no further one.
 *
 * @throws Error naming the file that cannot be read, or the line of other bytes
 */
export async function* fileLines(file: string): AsyncGenerator<FileLine> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let number = 0;
  for await (const bytes of byteLines(file)) {
    number += 1;
    const where = `${file}: line ${number}`;
    let text: string;
    try {
      text = decoder.decode(bytes); // a byte order mark before it goes
    } catch {
      throw new Error(`${where}: expected UTF-8, got other bytes`);
    }
    yield { text: text.replace(/\r$/, ""), where };
  }
}

/** The lines of a file as bytes, without line feeds. @throws Error naming the file */
export async function* byteLines(file: string): AsyncGenerator<Uint8Array> {
  let open: Uint8Array[] = []; // of a line that has not ended
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) {
      let start = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
        yield Buffer.concat([...open, chunk.subarray(start, end)]);
        open = [];
        start = end + 1;
      }
      if (start < chunk.length) open.push(chunk.subarray(start));
    }
  } catch (error) {
    const reason = readable(error);
    throw new Error(`${file}: expected a file, got ${reason instanceof Error ? reason.message : String(reason)}`, {
      cause: error,
    });
  }
  if (open.length > 0) yield Buffer.concat(open);
}
