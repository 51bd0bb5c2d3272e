import type { CodeGroups } from "@qkv/ops";
import { describe, expect, test } from "vitest";
import { centeredGroups } from "./centeredGroups.ts";

const SCALES = Float32Array.of(0.25, 0, -0.5, 2 ** -20);

function numbersOf({ codes, scales, offsets, zero, groupSize }: CodeGroups): number[] {
  return Array.from(codes, (code, i) => {
    const group = Math.floor(i / groupSize);
    return Math.fround(Math.fround((scales[group] as number) * (code - zero)) + (offsets?.[group] ?? 0)) + 0;
  });
}

const of = (bits: 4 | 8, code: (i: number) => number, offset: (scale: number) => number): CodeGroups => ({
  ...{ bits, groupSize: 32, zero: 0, scales: SCALES, offsets: SCALES.map(offset) },
  codes:
    bits === 8
      ? Int8Array.from({ length: 128 }, (_, i) => code(i))
      : Uint8Array.from({ length: 128 }, (_, i) => code(i)),
});

describe("centeredGroups", () => {
  test.each<[string, CodeGroups, { zero: number; hasOffsets: boolean }]>([
    [
      "codes of 4 bits around 8",
      of(
        4,
        (i) => i % 16,
        (scale) => -8 * scale,
      ),
      { zero: 8, hasOffsets: false },
    ],
    [
      "codes of 8 bits around zero",
      of(
        8,
        (i) => i - 64,
        () => 0,
      ),
      { zero: 0, hasOffsets: false },
    ],
    [
      "codes of 5 bits around zero",
      of(
        8,
        (i) => (i % 32) - 128,
        (scale) => 112 * scale,
      ),
      { zero: 0, hasOffsets: false },
    ],
    [
      "codes from 0 that are held signed",
      of(
        8,
        (i) => (i % 32) - 128,
        (scale) => 128 * scale + 0.75,
      ),
      { zero: 0, hasOffsets: true },
    ],
  ])("%s", (_, groups, expected) => {
    const found = centeredGroups(groups) as CodeGroups;
    expect({ zero: found.zero, hasOffsets: found.offsets !== undefined }).toEqual(expected);
    expect(numbersOf(found)).toEqual(numbersOf(groups));
  });

  test.each<[string, CodeGroups]>([
    [
      "no offsets",
      {
        ...of(
          8,
          () => 1,
          () => 0,
        ),
        offsets: undefined,
      },
    ],
    [
      "a scale of zero with an offset",
      of(
        4,
        (i) => i % 16,
        (scale) => (scale === 0 ? 1 : -8 * scale) + 1e-9,
      ),
    ],
    [
      "codes that would leave eight bits",
      of(
        8,
        (i) => i,
        (scale) => 100 * scale,
      ),
    ],
  ])("none: %s", (_, groups) => {
    expect(centeredGroups(groups)).toBeUndefined();
  });
});
