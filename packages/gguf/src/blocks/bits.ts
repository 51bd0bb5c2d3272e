/** Codes of one byte each, signed or not. */
export type Codes = Uint8Array | Int8Array;

/** Unpacks `count` bytes at `from` to codes of four bits: the low halves first, then the high ones. */
export function nibbles(bytes: Uint8Array, from: number, count: number, codes: Codes, to: number): void {
  for (let i = 0; i < count; i++) {
    const byte = bytes[from + i] as number;
    codes[to + i] = byte & 15;
    codes[to + count + i] = byte >> 4;
  }
}

/** Adds two bits, shifted left by `shift`, to each of 128 codes: 32 bytes at `from`, lowest bits first. */
export function addPairs(bytes: Uint8Array, from: number, codes: Codes, to: number, shift: number): void {
  for (let i = 0; i < 32; i++) {
    const byte = bytes[from + i] as number;
    codes[to + i] = (codes[to + i] as number) | ((byte & 3) << shift);
    codes[to + 32 + i] = (codes[to + 32 + i] as number) | (((byte >> 2) & 3) << shift);
    codes[to + 64 + i] = (codes[to + 64 + i] as number) | (((byte >> 4) & 3) << shift);
    codes[to + 96 + i] = (codes[to + 96 + i] as number) | ((byte >> 6) << shift);
  }
}

/** Adds one bit, of the value `weight`, to each of 256 codes: 32 bytes at `from`, a bit for each 32 codes. */
export function addBits(bytes: Uint8Array, from: number, codes: Codes, to: number, weight: number): void {
  for (let i = 0; i < 32; i++) {
    const byte = bytes[from + i] as number;
    for (let row = 0; row < 8; row++) {
      if ((byte >> row) & 1) codes[to + row * 32 + i] = (codes[to + row * 32 + i] as number) | weight;
    }
  }
}
