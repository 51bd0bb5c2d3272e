import { putBits, putHalf, putNibbles, putPairs } from "../blocks/putBits.ts";
import { factored } from "./factor.ts";
import type { Packing } from "./packing.ts";

/** Packs the blocks of 256 values whose scales, and perhaps offsets, are multiples of one number each. */
export const K_PACKING: Readonly<Record<"Q2_K" | "Q3_K" | "Q4_K" | "Q5_K" | "Q6_K", Packing>> = {
  Q2_K({ codes, scales, offsets }, code, group, bytes, to) {
    const [high, low] = [factored(scales.subarray(group, group + 16), 0, 15), minima(offsets, group, 16, 15)];
    if (high === undefined || low === undefined) return false;
    for (let i = 0; i < 16; i++) {
      bytes[to + i] = (high.multiples[i] as number) | ((low.multiples[i] as number) << 4);
    }
    for (let half = 0; half < 2; half++) putPairs(bytes, to + 16 + 32 * half, codes, code + 128 * half, 0);
    putHalf(bytes, to + 80, high.factor);
    putHalf(bytes, to + 82, low.factor);
    return areBelow(4, codes, code);
  },
  Q3_K({ codes, scales }, code, group, bytes, to) {
    const found = factored(scales.subarray(group, group + 16), -32, 31);
    if (found === undefined) return false;
    putBits(bytes, to, codes, code, 2);
    for (let half = 0; half < 2; half++) putPairs(bytes, to + 32 + 32 * half, codes, code + 128 * half, 0);
    for (let i = 0; i < 16; i++) {
      const scale = (found.multiples[i] as number) + 32;
      const [low, high] = [to + 96 + (i & 7), to + 104 + (i & 3)];
      bytes[low] = (bytes[low] as number) | ((scale & 15) << (i < 8 ? 0 : 4));
      bytes[high] = (bytes[high] as number) | ((scale >> 4) << (2 * (i >> 2)));
    }
    putHalf(bytes, to + 108, found.factor);
    return areBelow(8, codes, code);
  },
  Q4_K({ codes, scales, offsets }, code, group, bytes, to) {
    for (let pair = 0; pair < 4; pair++) putNibbles(bytes, to + 16 + 32 * pair, codes, code + 64 * pair, 32);
    return putScalesAndMinima(scales, offsets, group, bytes, to);
  },
  Q5_K({ codes, scales, offsets }, code, group, bytes, to) {
    putBits(bytes, to + 16, codes, code, 4);
    for (let pair = 0; pair < 4; pair++) putNibbles(bytes, to + 48 + 32 * pair, codes, code + 64 * pair, 32);
    return putScalesAndMinima(scales, offsets, group, bytes, to) && areBelow(32, codes, code);
  },
  Q6_K({ codes, scales }, code, group, bytes, to) {
    const found = factored(scales.subarray(group, group + 16), -128, 127);
    if (found === undefined) return false;
    const from32 = Uint8Array.from(codes.subarray(code, code + 256), (each) => each + 32);
    for (let half = 0; half < 2; half++) {
      putNibbles(bytes, to + 64 * half, from32, 128 * half, 64);
      putPairs(bytes, to + 128 + 32 * half, from32, 128 * half, 4);
    }
    for (let i = 0; i < 16; i++) bytes[to + 192 + i] = found.multiples[i] as number;
    putHalf(bytes, to + 208, found.factor);
    return areBelow(64, from32, 0);
  },
};

/** Whether 256 codes are from 0 to less than `end`. */
function areBelow(end: number, codes: Uint8Array | Int8Array, from: number): boolean {
  return codes.subarray(from, from + 256).every((code) => code >= 0 && code < end);
}

function minima(offsets: Float32Array, group: number, count: number, most: number) {
  return factored(
    offsets.subarray(group, group + count).map((offset) => -offset),
    0,
    most,
  );
}

/** Eight scales and minima of six bits in twelve bytes, and the halves that they are multiples of. */
function putScalesAndMinima(
  scales: Float32Array,
  offsets: Float32Array,
  group: number,
  bytes: Uint8Array,
  to: number,
): boolean {
  const [high, low] = [factored(scales.subarray(group, group + 8), 0, 63), minima(offsets, group, 8, 63)];
  if (high === undefined || low === undefined) return false;
  putHalf(bytes, to, high.factor);
  putHalf(bytes, to + 2, low.factor);
  for (let i = 0; i < 4; i++) {
    const [scale, later] = [high.multiples[i] as number, high.multiples[4 + i] as number];
    const [minimum, laterMinimum] = [low.multiples[i] as number, low.multiples[4 + i] as number];
    bytes[to + 4 + i] = scale | ((later >> 4) << 6);
    bytes[to + 8 + i] = minimum | ((laterMinimum >> 4) << 6);
    bytes[to + 12 + i] = (later & 15) | ((laterMinimum & 15) << 4);
  }
  return true;
}
