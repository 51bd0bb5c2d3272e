/** Where codes lie in words of 32 bits: one after another, the lowest bits first, some across two words. */
export interface BitFields {
  /** Bits of a code, 2 to 8. */
  readonly bits: number;
  /** The word that the first code is in. */
  readonly start: number;
  /** Words from one to the next: more than 1 down a column. Default 1. */
  readonly stride?: number;
}

/** Unpacks codes into `into` from `at` to `at + count`. */
export function unpackBits(
  words: Uint32Array,
  { bits, start, stride = 1 }: BitFields,
  into: Uint8Array,
  at: number,
  count: number,
): void {
  const mask = 2 ** bits - 1;
  const end = at + count;
  let word = start;
  let left = 32; // bits of the word that are still to be read
  let rest = words[word] as number;
  for (let i = at; i < end; i++) {
    if (left >= bits) {
      into[i] = rest & mask;
      rest >>>= bits;
      left -= bits;
    } else {
      const next = words[(word += stride)] as number;
      into[i] = (rest | (next << left)) & mask;
      rest = next >>> (bits - left);
      left += 32 - bits;
    }
  }
}

/** The words of little-endian bytes: the same memory where it holds whole words. */
export function wordsOf(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}
