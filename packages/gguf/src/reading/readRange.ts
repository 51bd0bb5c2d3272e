import { WindowTooShort } from "../header/cursor.ts";
import { GgufError } from "../ggufError.ts";
import { type GgufHeader, readHeader } from "../header/header.ts";
import { shown } from "../shown.ts";

/** Reads the bytes of a file from `start` to `end`, the last one not included; fewer where the file ends. */
export type RangeReader = (start: number, end: number) => Promise<Uint8Array>;

/** Options of reading a header range by range. */
export interface HeaderOptions {
  /** The name of the file in errors. */
  readonly file?: string;
  /** The length of the file, where it is known. */
  readonly fileBytes?: number;
  /** How long a header may be: its texts and arrays are held in memory. Default 256 MiB. */
  readonly maxHeaderBytes?: number;
}

const FIRST_WINDOW = 2 ** 20;
const MAX_HEADER_BYTES = 2 ** 28;

/**
 * Reads a file's header from ranges of it: a megabyte first, and more as it is needed.
 *
 * @throws GgufError if it is cut off, lies about itself or is longer than `maxHeaderBytes`
 */
export async function readGgufHeader(read: RangeReader, options: HeaderOptions = {}): Promise<GgufHeader> {
  if (typeof read !== "function") throw new GgufError(`readGgufHeader: expected a function, got ${shown(read)}`);
  const { file = "gguf", maxHeaderBytes = MAX_HEADER_BYTES } = options ?? {};
  let { fileBytes } = options ?? {};
  let window: Uint8Array = new Uint8Array(0);
  let needed = FIRST_WINDOW;
  for (;;) {
    const end = Math.min(needed, fileBytes ?? needed);
    const more = await read(window.length, end);
    const length = window.length + more.length;
    if (length < end) fileBytes = length;
    window = joined(window, more);
    try {
      return readHeader(window, { file, fileBytes, maxHeaderBytes });
    } catch (error) {
      if (!(error instanceof WindowTooShort)) throw error;
      needed = Math.max(error.needed, 2 * window.length);
    }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
