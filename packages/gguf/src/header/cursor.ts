import { GgufError } from "../ggufError.ts";

/** The window of a file that was read ends before what a header needs next: a longer one is to be read. */
export class WindowTooShort extends Error {
  readonly needed: number;
  constructor(needed: number) {
    super(`expected ${needed} bytes of the file`);
    this.needed = needed;
  }
}

/** The bytes of a header that are there, how long it may be at most, and what stands behind: the file's end or a limit. */
export interface CursorOptions {
  readonly file: string;
  /** The length of the file where it is known. */
  readonly fileBytes?: number | undefined;
  readonly maxHeaderBytes: number;
}

/** Reads little-endian numbers and text one after another, never past what may be there. */
export class Cursor {
  position = 0;
  readonly #bytes: Uint8Array;
  readonly #options: CursorOptions;
  readonly #view: DataView;
  readonly #text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(bytes: Uint8Array, options: CursorOptions) {
    this.#bytes = bytes;
    this.#options = options;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Expects `count` more bytes for `what`. @throws GgufError if the file or the limit ends before, WindowTooShort if the window does */
  need(count: number, what: string): void {
    const { fileBytes, maxHeaderBytes } = this.#options;
    const end = this.position + count;
    if (fileBytes !== undefined && end > fileBytes) {
      throw this.error(
        `${what}: expected ${count} bytes at byte ${this.position}, got ${fileBytes - this.position} before the end`,
      );
    }
    if (end > maxHeaderBytes) {
      throw this.error(
        `${what}: expected a header of at most ${maxHeaderBytes} bytes (maxHeaderBytes allows more), got one of at least ${end}`,
      );
    }
    if (end > this.#bytes.length) throw new WindowTooShort(end);
  }

  /** Reads a number of `width` bytes. */
  number(width: number, read: (view: DataView, at: number) => number, what: string): number {
    this.need(width, what);
    const value = read(this.#view, this.position);
    this.position += width;
    return value;
  }

  uint32(what: string): number {
    return this.number(4, (view, at) => view.getUint32(at, true), what);
  }

  /** Reads an integer of 64 bits: a number where one can hold it. */
  integer64(signed: boolean, what: string): number | bigint {
    this.need(8, what);
    const value = signed ? this.#view.getBigInt64(this.position, true) : this.#view.getBigUint64(this.position, true);
    this.position += 8;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  /** Reads a count, of 64 bits, of things of at least `bytesEach` each, and expects room for them: it may lie. */
  count(bytesEach: number, what: string): number {
    const count = this.integer64(false, what);
    if (typeof count === "bigint") throw this.error(`${what}: expected a count that a file can hold, got ${count}`);
    this.need(count * bytesEach, what);
    return count;
  }

  /** Reads text: its length in bytes, and UTF-8. */
  string(what: string): string {
    const length = this.count(1, what);
    const bytes = this.#bytes.subarray(this.position, this.position + length);
    this.position += length;
    try {
      return this.#text.decode(bytes);
    } catch {
      throw this.error(`${what}: expected text in UTF-8, got other bytes`);
    }
  }

  /** A part of the file as errors name it. */
  where(what: string): string {
    return `${this.#options.file}: ${what}`;
  }

  error(message: string): GgufError {
    return new GgufError(this.where(message));
  }
}
