import { describe, expect, test } from "vitest";
import { dequantize } from "./dequantize.ts";
import { packBlocks } from "./packBlocks.ts";
import { type QuantizedGroups, quantizedGroups, type QuantizedType } from "./quantizedGroups.ts";

const groups = (fields: Partial<QuantizedGroups> = {}): QuantizedGroups => ({
  ...{ bits: 8, groupSize: 32, zero: 0 },
  ...{ codes: Int8Array.from({ length: 256 }, (_, i) => (i % 32) - 16), scales: new Float32Array(8).fill(0.5) },
  ...fields,
});
const offsets = new Float32Array(8).fill(-0.25);

describe("packBlocks", () => {
  test("keeps the bits of blocks whose farthest scale has the farthest multiple, as rounding leaves them", () => {
    for (const [type, size, put] of [
      ["Q4_K", 144, (bytes: Uint8Array) => bytes.set([0x34, 0x2c, 0x12, 0x31, 63, 5, 0, 1, 63, 7, 60, 2], 0)],
      ["Q6_K", 210, (bytes: Uint8Array) => bytes.set([128, 3, 127, 0xff, 0x34, 0x2c], 204)],
      ["Q3_K", 110, (bytes: Uint8Array) => bytes.set([0, 0x34, 0x2c], 107)],
    ] as const) {
      const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 37 + 11) % 256);
      put(bytes);
      if (type === "Q3_K") bytes.set([0x10, 0x75], 96); // a scale of 0, which is 32 below its zero
      if (type === "Q3_K") bytes[104] = 0xfc;
      expect(packBlocks(type, quantizedGroups(type, bytes)), type).toEqual(bytes);
    }
  });

  test.each<[string, QuantizedType, Partial<QuantizedGroups>]>([
    ["other bits", "Q4_0", {}],
    ["another group", "Q6_K", {}],
    ["another zero", "Q8_0", { zero: 1 }],
    ["offsets that it has none for", "Q8_0", { offsets }],
    ["no offsets where it has some", "Q5_1", {}],
    ["a scale that half precision lacks", "Q8_0", { scales: new Float32Array(8).fill(0.1) }],
    ["a scale beyond half precision", "Q8_0", { scales: new Float32Array(8).fill(1e6) }],
    ["a scale that is no number", "Q8_0", { scales: new Float32Array(8).fill(NaN) }],
    [
      "an offset that half precision lacks",
      "Q5_1",
      { codes: new Int8Array(256), offsets: new Float32Array(8).fill(0.1) },
    ],
    ["codes that five bits lack", "Q5_0", { codes: new Int8Array(256).fill(16) }],
    ["negative codes where there are none", "Q5_1", { offsets }],
    [
      "scales that are no multiples of one number",
      "Q5_K",
      { codes: new Int8Array(256), offsets, scales: Float32Array.of(1, 0.3, 1, 1, 1, 1, 1, 1) },
    ],
    [
      "scales of both signs",
      "Q5_K",
      { codes: new Int8Array(256), offsets, scales: Float32Array.of(1, -1, 1, 1, 1, 1, 1, 1) },
    ],
    ["codes that the table lacks", "IQ4_NL", {}],
    ["a scale that is no power of two", "MXFP4", { codes: new Int8Array(256), scales: new Float32Array(8).fill(0.75) }],
  ])("does not pack %s: %s", (_, type, fields) => {
    expect(packBlocks(type, groups(fields))).toBeUndefined();
  });

  test("packs zeros of every type, and scales of one number", () => {
    const zeros = groups({ codes: new Int8Array(256), offsets: new Float32Array(8), scales: new Float32Array(8) });
    const packed = packBlocks("Q5_K", zeros) as Uint8Array;
    expect(new Set(dequantize("Q5_K", packed))).toEqual(new Set([0]));
    const same = groups({
      codes: new Int8Array(256).fill(31),
      offsets: new Float32Array(8),
      scales: new Float32Array(8).fill(-2),
    });
    expect(packBlocks("Q5_K", same)).toBeDefined();
  });

  test("says what is no whole block, or no group", () => {
    expect(() => packBlocks("Q8_0", groups({ codes: new Int8Array(40) }))).toThrow(
      "packBlocks: expected codes with a scale for each 32, got 40 with 8",
    );
    const half = groups({ codes: new Int8Array(128), scales: new Float32Array(4), offsets: offsets.subarray(4) });
    expect(() => packBlocks("Q5_K", half)).toThrow("packBlocks: expected whole blocks of 256 codes for Q5_K, got 128");
    expect(() => packBlocks("F32" as never, half)).toThrow('packBlocks: expected a quantized type, got "F32"');
  });
});
