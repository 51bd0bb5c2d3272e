import { byteChars } from "./byteLevel.ts";

// A typed array costs more to make than a word's numbers to append.
const SHORT = 1024;

/** Map from each byte of a piece's UTF-8, or of its byte-level spelling, to the piece's UTF-16 units. */
export class ByteMap {
  readonly #starts: number[] | Int32Array;
  readonly #ends: number[] | Int32Array;

  constructor(piece: string, asBytes: boolean) {
    const isShort = piece.length <= SHORT;
    const bytes = isShort ? 0 : utf8Length(asBytes ? byteChars(piece) : piece);
    this.#starts = isShort ? [] : new Int32Array(bytes);
    this.#ends = isShort ? [] : new Int32Array(bytes);
    let i = 0;
    let at = 0;
    for (const char of piece) {
      const end = at + utf8Length(asBytes ? byteChars(char) : char);
      for (; at < end; at++) {
        this.#starts[at] = i;
        this.#ends[at] = i + char.length;
      }
      i += char.length;
    }
  }

  /** The start of a byte's character. */
  startOf(byte: number): number {
    return this.#starts[byte] ?? 0;
  }

  /** The end of a byte's character. */
  endOf(byte: number): number {
    return this.#ends[byte] ?? 0;
  }
}

/** The length of well-formed `text` in bytes of UTF-8. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const isHalf = unit >= 0xd800 && unit < 0xe000; // two halves make four bytes
    bytes += unit < 0x80 ? 1 : unit < 0x800 || isHalf ? 2 : 3;
  }
  return bytes;
}
