import { putFiveBits, putHalf, putNibbles } from "../blocks/putBits.ts";
import type { Packing } from "./packing.ts";

/** Packs the blocks of one scale, and perhaps an offset, for 32 values. */
export const PLAIN_PACKING: Readonly<Record<"Q4_0" | "Q4_1" | "Q5_0" | "Q5_1" | "Q8_0", Packing>> = {
  Q4_0({ codes, scales }, code, group, bytes, to) {
    putNibbles(bytes, to + 2, codes, code, 16);
    return putHalf(bytes, to, scales[group] as number);
  },
  Q4_1({ codes, scales, offsets }, code, group, bytes, to) {
    putNibbles(bytes, to + 4, codes, code, 16);
    return putHalf(bytes, to, scales[group] as number) && putHalf(bytes, to + 2, offsets[group] as number);
  },
  Q5_0({ codes, scales }, code, group, bytes, to) {
    const from16 = Uint8Array.from(codes.subarray(code, code + 32), (each) => each + 16);
    putFiveBits(bytes, to + 2, from16, 0);
    return putHalf(bytes, to, scales[group] as number) && from16.every((each) => each < 32);
  },
  Q5_1({ codes, scales, offsets }, code, group, bytes, to) {
    putFiveBits(bytes, to + 4, codes, code);
    const isExact = putHalf(bytes, to, scales[group] as number) && putHalf(bytes, to + 2, offsets[group] as number);
    return isExact && codes.subarray(code, code + 32).every((each) => each >= 0 && each < 32);
  },
  Q8_0({ codes, scales }, code, group, bytes, to) {
    for (let i = 0; i < 32; i++) bytes[to + 2 + i] = codes[code + i] as number;
    return putHalf(bytes, to, scales[group] as number);
  },
};
