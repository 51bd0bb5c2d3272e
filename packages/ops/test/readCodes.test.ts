import {
  type CodeFormat,
  type CodeGroups,
  packCodes,
  type PackedTensor,
  packHalves,
  readCodes,
  type Weight,
} from "@qkv/ops";
import { describeBackends, expectNoLeaks } from "@qkv/testing";
import { expect, test } from "vitest";

const weightOf = ({ shape, format, data }: PackedTensor): Weight => ({
  ...{ shape: [...shape], kind: "matrix", format, parts: { data }, adapter: undefined },
});

const FORMATS = ([8, 4] as const).flatMap((bits) =>
  ([32, 16] as const).flatMap((groupSize) =>
    [true, false].map((hasOffsets): CodeFormat => ({ bits, groupSize, zero: hasOffsets ? 0 : 3, hasOffsets })),
  ),
);

function groupsOf({ bits, groupSize, zero, hasOffsets }: CodeFormat, size: number): CodeGroups {
  const code = (_: unknown, i: number) => (bits === 8 ? ((i * 37) % 256) - 128 : (i * 7 + (i >> 4)) % 16);
  const codes = bits === 8 ? Int8Array.from({ length: size }, code) : Uint8Array.from({ length: size }, code);
  const scales = Float32Array.from({ length: size / groupSize }, (_, i) => 0.01 * i - 0.05);
  return { bits, groupSize, zero, codes, scales, ...(hasOffsets && { offsets: scales.map((scale) => 1 - scale) }) };
}

describeBackends("readCodes", () => {
  test.each(FORMATS)("gives back what packCodes was given: %j", (format) =>
    expectNoLeaks(async () => {
      for (const rows of [1, 4, 6]) {
        const groups = groupsOf(format, rows * 96);
        const packed = await packCodes(format, [groups], [rows, 96]);
        expect(await readCodes(weightOf(packed))).toEqual(groups);
        packed.data.dispose();
      }
    }),
  );

  test("refuses halves", async () => {
    const packed = packHalves("f16", Uint16Array.of(0, 0x3c00), [1, 2]);
    await expect(readCodes(weightOf(packed))).rejects.toThrow("readCodes: expected a weight of codes, got one of f16");
    packed.data.dispose();
  });
});
