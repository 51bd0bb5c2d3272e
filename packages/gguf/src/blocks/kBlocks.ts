import { halfAt } from "../half.ts";
import { addBits, addPairs, nibbles } from "./bits.ts";
import type { BlockFormat } from "./blockFormat.ts";

/** Blocks of 256 values in 16 groups: `16 bytes of scale and minimum, 64 bytes of two bits, half d, half dmin`. */
export const Q2_K: BlockFormat = {
  ...{ bits: 4, groupSize: 16, zero: 0, hasOffsets: true },
  unpack(bytes, from, { codes, scales, offsets }, to, group) {
    const d = halfAt(bytes, from + 80);
    const dmin = halfAt(bytes, from + 82);
    for (let i = 0; i < 16; i++) {
      const both = bytes[from + i] as number;
      scales[group + i] = d * (both & 15);
      offsets[group + i] = -(dmin * (both >> 4));
    }
    codes.fill(0, to, to + 256);
    for (let half = 0; half < 2; half++) addPairs(bytes, from + 16 + 32 * half, codes, to + 128 * half, 0);
  },
};

/** Codes of 0 to 7 around 4: `32 bytes of third bits, 64 bytes of two bits, 16 scales of six bits, half d`. */
export const Q3_K: BlockFormat = {
  ...{ bits: 4, groupSize: 16, zero: 4, hasOffsets: false },
  unpack(bytes, from, { codes, scales }, to, group) {
    const d = halfAt(bytes, from + 108);
    for (let i = 0; i < 16; i++) {
      const low = ((bytes[from + 96 + (i & 7)] as number) >> (i < 8 ? 0 : 4)) & 15;
      const high = ((bytes[from + 104 + (i & 3)] as number) >> (2 * (i >> 2))) & 3;
      scales[group + i] = d * ((low | (high << 4)) - 32);
    }
    codes.fill(0, to, to + 256);
    for (let half = 0; half < 2; half++) addPairs(bytes, from + 32 + 32 * half, codes, to + 128 * half, 0);
    addBits(bytes, from, codes, to, 4);
  },
};

/** Eight groups of 32: `half d, half dmin, 8 scales and minima of six bits, 128 bytes of nibbles`. */
export const Q4_K: BlockFormat = {
  ...{ bits: 4, groupSize: 32, zero: 0, hasOffsets: true },
  unpack(bytes, from, { codes, scales, offsets }, to, group) {
    scalesAndMinima(bytes, from, scales, offsets, group);
    for (let pair = 0; pair < 4; pair++) nibbles(bytes, from + 16 + 32 * pair, 32, codes, to + 64 * pair);
  },
};

/** The same with a fifth bit: `half d, half dmin, 8 scales and minima, 32 bytes of fifth bits, 128 bytes of nibbles`. */
export const Q5_K: BlockFormat = {
  ...{ bits: 8, groupSize: 32, zero: 0, hasOffsets: true },
  unpack(bytes, from, { codes, scales, offsets }, to, group) {
    scalesAndMinima(bytes, from, scales, offsets, group);
    for (let pair = 0; pair < 4; pair++) nibbles(bytes, from + 48 + 32 * pair, 32, codes, to + 64 * pair);
    addBits(bytes, from + 16, codes, to, 16);
  },
};

/** Codes of -32 to 31 in 16 groups: `128 bytes of nibbles, 64 bytes of two bits, 16 signed scales, half d`. */
export const Q6_K: BlockFormat = {
  ...{ bits: 8, groupSize: 16, zero: 0, hasOffsets: false },
  unpack(bytes, from, { codes, scales }, to, group) {
    const d = halfAt(bytes, from + 208);
    for (let i = 0; i < 16; i++) scales[group + i] = d * (((bytes[from + 192 + i] as number) << 24) >> 24);
    for (let half = 0; half < 2; half++) {
      nibbles(bytes, from + 64 * half, 64, codes, to + 128 * half);
      addPairs(bytes, from + 128 + 32 * half, codes, to + 128 * half, 4);
    }
    for (let i = to; i < to + 256; i++) codes[i] = (codes[i] as number) - 32;
  },
};

/** Eight scales and eight minima of six bits in twelve bytes: the last four hold the low halves of those from the fifth on. */
function scalesAndMinima(
  bytes: Uint8Array,
  from: number,
  scales: Float32Array,
  offsets: Float32Array,
  group: number,
): void {
  const d = halfAt(bytes, from);
  const dmin = halfAt(bytes, from + 2);
  for (let i = 0; i < 4; i++) {
    const scale = bytes[from + 4 + i] as number;
    const minimum = bytes[from + 8 + i] as number;
    const low = bytes[from + 12 + i] as number;
    scales[group + i] = d * (scale & 63);
    offsets[group + i] = -(dmin * (minimum & 63));
    scales[group + 4 + i] = d * ((low & 15) | ((scale >> 2) & 48));
    offsets[group + 4 + i] = -(dmin * ((low >> 4) | ((minimum >> 2) & 48)));
  }
}
