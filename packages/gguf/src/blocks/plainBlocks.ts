import { halfAt } from "../half.ts";
import { type Codes, nibbles } from "./bits.ts";
import type { BlockFormat } from "./blockFormat.ts";

/** Blocks of 32 values with one scale: `half d, 16 bytes of nibbles`. */
export const Q4_0: BlockFormat = {
  ...{ bits: 4, groupSize: 32, zero: 8, hasOffsets: false },
  unpack(bytes, from, { codes, scales }, to, group) {
    scales[group] = halfAt(bytes, from);
    nibbles(bytes, from + 2, 16, codes, to);
  },
};

/** The same with an offset: `half d, half m, 16 bytes of nibbles`. */
export const Q4_1: BlockFormat = {
  ...{ bits: 4, groupSize: 32, zero: 0, hasOffsets: true },
  unpack(bytes, from, { codes, scales, offsets }, to, group) {
    scales[group] = halfAt(bytes, from);
    offsets[group] = halfAt(bytes, from + 2);
    nibbles(bytes, from + 4, 16, codes, to);
  },
};

/** Codes of -16 to 15: `half d, 32 fifth bits, 16 bytes of nibbles`. */
export const Q5_0: BlockFormat = {
  ...{ bits: 8, groupSize: 32, zero: 0, hasOffsets: false },
  unpack(bytes, from, { codes, scales }, to, group) {
    scales[group] = halfAt(bytes, from);
    fiveBits(bytes, from + 2, codes, to, -16);
  },
};

/** Codes of 0 to 31 with an offset: `half d, half m, 32 fifth bits, 16 bytes of nibbles`. */
export const Q5_1: BlockFormat = {
  ...{ bits: 8, groupSize: 32, zero: 0, hasOffsets: true },
  unpack(bytes, from, { codes, scales, offsets }, to, group) {
    scales[group] = halfAt(bytes, from);
    offsets[group] = halfAt(bytes, from + 2);
    fiveBits(bytes, from + 4, codes, to, 0);
  },
};

/** Signed bytes with one scale: `half d, 32 bytes`. */
export const Q8_0: BlockFormat = {
  ...{ bits: 8, groupSize: 32, zero: 0, hasOffsets: false },
  unpack(bytes, from, { codes, scales }, to, group) {
    scales[group] = halfAt(bytes, from);
    for (let i = 0; i < 32; i++) codes[to + i] = bytes[from + 2 + i] as number;
  },
};

function fiveBits(bytes: Uint8Array, from: number, codes: Codes, to: number, offset: number): void {
  nibbles(bytes, from + 4, 16, codes, to);
  for (let i = 0; i < 32; i++) {
    const bit = ((bytes[from + (i >> 3)] as number) >> (i & 7)) & 1;
    codes[to + i] = (codes[to + i] as number) + 16 * bit + offset;
  }
}
