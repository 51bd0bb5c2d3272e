import { halfAt } from "../half.ts";
import { type Codes, nibbles } from "./bits.ts";
import type { BlockFormat } from "./blockFormat.ts";

/** The values that IQ4_NL's and IQ4_XS's nibbles stand for. */
export const NON_LINEAR = Int8Array.of(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);

/** Twice the values of E2M1, a float of four bits. */
export const E2M1 = Int8Array.of(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);

const SIGNED = { bits: 8, groupSize: 32, zero: 0, hasOffsets: false } as const;

/** Nibbles that stand for the values of a table: `half d, 16 bytes of nibbles`. */
export const IQ4_NL: BlockFormat = {
  ...SIGNED,
  unpack(bytes, from, { codes, scales }, to, group) {
    scales[group] = halfAt(bytes, from);
    lookUp(NON_LINEAR, bytes, from + 2, codes, to);
  },
};

/** The same in eight groups: `half d, 8 times two high bits, 8 times four low bits of scales, 128 bytes of nibbles`. */
export const IQ4_XS: BlockFormat = {
  ...SIGNED,
  unpack(bytes, from, { codes, scales }, to, group) {
    const d = halfAt(bytes, from);
    for (let i = 0; i < 8; i++) {
      const low = ((bytes[from + 4 + (i >> 1)] as number) >> (4 * (i & 1))) & 15;
      const high = ((bytes[from + 2 + (i >> 2)] as number) >> (2 * (i & 3))) & 3;
      scales[group + i] = d * ((low | (high << 4)) - 32);
      lookUp(NON_LINEAR, bytes, from + 8 + 16 * i, codes, to + 32 * i);
    }
  },
};

/** Floats of four bits with a power of two: `exponent, 16 bytes of nibbles`. */
export const MXFP4: BlockFormat = {
  ...SIGNED,
  unpack(bytes, from, { codes, scales }, to, group) {
    scales[group] = 2 ** ((bytes[from] as number) - 128); // half of it, since the table has twice the values
    lookUp(E2M1, bytes, from + 1, codes, to);
  },
};

function lookUp(table: Int8Array, bytes: Uint8Array, from: number, codes: Codes, to: number): void {
  nibbles(bytes, from, 16, codes, to);
  for (let i = to; i < to + 32; i++) codes[i] = table[codes[i] as number] as number;
}
