import { halfAt, halfBits } from "../half.ts";

/** Writes a number in half precision. @returns whether it holds the number exactly */
export function putHalf(bytes: Uint8Array, at: number, value: number): boolean {
  const half = halfBits(value);
  bytes[at] = half & 255;
  bytes[at + 1] = half >> 8;
  return halfAt(bytes, at) === value;
}

/** Writes the low four bits of `2 * count` codes from `from` on to `count` bytes: the first ones low, the others high. */
export function putNibbles(bytes: Uint8Array, at: number, codes: ArrayLike<number>, from: number, count: number): void {
  for (let i = 0; i < count; i++) {
    bytes[at + i] = ((codes[from + i] as number) & 15) | (((codes[from + count + i] as number) & 15) << 4);
  }
}

/** Writes the fifth bits of 32 codes to four bytes, and the others behind them as nibbles. */
export function putFiveBits(bytes: Uint8Array, at: number, codes: ArrayLike<number>, from: number): void {
  for (let i = 0; i < 32; i++) {
    const byte = at + (i >> 3);
    bytes[byte] = (bytes[byte] as number) | ((((codes[from + i] as number) >> 4) & 1) << (i & 7));
  }
  putNibbles(bytes, at + 4, codes, from, 16);
}

/** Writes two bits, those from `shift` on, of each of 128 codes to 32 bytes, lowest first. */
export function putPairs(bytes: Uint8Array, at: number, codes: ArrayLike<number>, from: number, shift: number): void {
  for (let i = 0; i < 32; i++) {
    let byte = 0;
    for (let row = 0; row < 4; row++) byte |= (((codes[from + 32 * row + i] as number) >> shift) & 3) << (2 * row);
    bytes[at + i] = byte;
  }
}

/** Writes one bit, that from `shift` on, of each of 256 codes to 32 bytes, a bit for each 32 codes. */
export function putBits(bytes: Uint8Array, at: number, codes: ArrayLike<number>, from: number, shift: number): void {
  for (let i = 0; i < 32; i++) {
    let byte = 0;
    for (let row = 0; row < 8; row++) byte |= (((codes[from + 32 * row + i] as number) >> shift) & 1) << row;
    bytes[at + i] = byte;
  }
}
