import { constants } from "node:buffer";
import { createReadStream, fstatSync } from "node:fs";
import { addAbortSignal } from "node:stream";
import { note } from "./note.ts";
import { unreadable } from "./unreadable.ts";
import { UsageError } from "./usageError.ts";

/** The lines of a UTF-8 text file; the end of the last line begins no further one. */
export async function readLines(file: string): Promise<string[]> {
  return gathered(streamFileLines(file));
}

/** The lines of a text file's bytes. @param name the file, for messages */
export async function linesOf(bytes: Uint8Array, name: string): Promise<string[]> {
  return gathered(streamLines([bytes], name));
}

async function gathered(lines: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

/** The lines of a UTF-8 text file, which may be larger than memory. @throws UsageError naming a line of other bytes */
export async function* streamFileLines(file: string): AsyncGenerator<string> {
  try {
    yield* streamLines(createReadStream(file), file);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file}: expected a text file, got ${unreadable(error)}`);
  }
}

/** The lines of standard input; in one of other bytes than UTF-8, U+FFFD stands for them, and a note says so. */
export async function* streamInputLines(signal?: AbortSignal): AsyncGenerator<string> {
  const input: AsyncIterable<Uint8Array> = signal ? addAbortSignal(signal, process.stdin) : process.stdin;
  try {
    if (fstatSync(0).isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" }); // to Node, one is empty
    yield* streamLines(input, "standard input", note);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof UsageError) throw error;
    throw new Error(`standard input: expected text, got ${unreadable(error)}`, { cause: error });
  }
}

/**
 * The lines of UTF-8 text that comes in chunks, wherever those are cut. Only a line feed ends a line, and a carriage return
 * before it goes with it; a byte order mark before the first line goes too.
 *
 * @param name what is read, for messages
 * @param onInvalid hears which line has bytes that are no UTF-8; U+FFFD stands for them unless it throws, as the default does
 */
export async function* streamLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name: string,
  onInvalid: (message: string) => void = refuse,
): AsyncGenerator<string> {
  let [open, number] = [[] as Uint8Array[], 1]; // of a line that has not ended: joined once, as it may be as long as a file
  const closed = () => decodeLine(Buffer.concat(open), number === 1, `${name}: line ${number}`, onInvalid);
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      open.push(chunk.subarray(start, end));
      yield closed().replace(/\r$/, "");
      [open, length, start] = [[], 0, end + 1];
      number += 1;
    }
    open.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > constants.MAX_STRING_LENGTH) {
      throw new UsageError(`${name}: line ${number}: expected at most ${constants.MAX_STRING_LENGTH} bytes, got more`);
    }
  }
  if (length > 0) yield closed();
}

const LINE_FEED = 0x0a;
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

function decodeLine(bytes: Uint8Array, isFirst: boolean, where: string, onInvalid: (message: string) => void): string {
  if (isFirst && /^(?:fffe|feff)/.test(Buffer.from(bytes.subarray(0, 2)).toString("hex"))) {
    throw new UsageError(`${where}: expected UTF-8, got UTF-16`);
  }
  let text: string;
  try {
    text = strict.decode(bytes);
  } catch {
    onInvalid(`${where}: expected UTF-8, got other bytes`);
    text = lenient.decode(bytes);
  }
  return isFirst ? text.replace(/^\ufeff/, "") : text;
}

function refuse(message: string): never {
  throw new UsageError(message);
}
