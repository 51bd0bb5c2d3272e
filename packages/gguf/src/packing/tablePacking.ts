import { putHalf, putNibbles } from "../blocks/putBits.ts";
import { E2M1, NON_LINEAR } from "../blocks/tableBlocks.ts";
import { factored } from "./factor.ts";
import type { Packing } from "./packing.ts";

/** Packs the blocks whose nibbles stand for the values of a table. */
export const TABLE_PACKING: Readonly<Record<"IQ4_NL" | "IQ4_XS" | "MXFP4", Packing>> = {
  IQ4_NL({ codes, scales }, code, group, bytes, to) {
    return putPlaces(NON_LINEAR, codes, code, bytes, to + 2) && putHalf(bytes, to, scales[group] as number);
  },
  IQ4_XS({ codes, scales }, code, group, bytes, to) {
    const found = factored(scales.subarray(group, group + 8), -32, 31);
    if (found === undefined) return false;
    putHalf(bytes, to, found.factor);
    for (let i = 0; i < 8; i++) {
      const scale = (found.multiples[i] as number) + 32;
      const [low, high] = [to + 4 + (i >> 1), to + 2 + (i >> 2)];
      bytes[low] = (bytes[low] as number) | ((scale & 15) << (4 * (i & 1)));
      bytes[high] = (bytes[high] as number) | ((scale >> 4) << (2 * (i & 3)));
      if (!putPlaces(NON_LINEAR, codes, code + 32 * i, bytes, to + 8 + 16 * i)) return false;
    }
    return true;
  },
  MXFP4({ codes, scales }, code, group, bytes, to) {
    const exponent = Math.log2(scales[group] as number) + 128;
    bytes[to] = exponent;
    return Number.isInteger(exponent) && bytes[to] === exponent && putPlaces(E2M1, codes, code, bytes, to + 1);
  },
};

/** Writes where in the table 32 codes are. @returns whether each of them is there */
function putPlaces(
  table: Int8Array,
  codes: Uint8Array | Int8Array,
  from: number,
  bytes: Uint8Array,
  at: number,
): boolean {
  const places = Array.from(codes.subarray(from, from + 32), (code) => table.indexOf(code));
  putNibbles(bytes, at, places, 0, 16);
  return !places.includes(-1);
}
