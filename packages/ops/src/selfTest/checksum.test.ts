import { initBackend } from "@qkv/backend";
import { afterAll, beforeAll, expect, test } from "vitest";
import { casesFor } from "./cases.ts";
import { checksum, hasChecksum } from "./checksum.ts";
import type { KernelCase } from "./kernelCase.ts";
import { KNOWN_CHECKSUMS } from "./knownChecksums.ts";

const cases = new Map<string, KernelCase>();
beforeAll(async () => {
  await initBackend("wasm"); // whose caches hold rows in fewer bits
  const all = [...casesFor([]).flat(), ...casesFor(["f32", "f16", "bf16"]).flat()];
  for (const each of all) cases.set(each.name, each);
  expect(cases.size).toBe(all.length);
});
afterAll(() => initBackend("cpu"));

test("checksums are those of what plain JavaScript computes, and there is one for each case without codes", () => {
  const computed = [...cases].map(([name, { make }]) => [name, checksum(make().expected())] as const);
  expect(Object.keys(KNOWN_CHECKSUMS)).toEqual(computed.map(([name]) => name));
  for (const [name, sums] of computed) {
    for (const [i, sum] of sums.entries()) expect(KNOWN_CHECKSUMS[name]?.[i]).toBeCloseTo(sum, 3);
  }
});

test("a wrong number in any place, or two in each other's, have another checksum", () => {
  for (const [name, { make, tolerance }] of cases) {
    const known = KNOWN_CHECKSUMS[name];
    const right = Float32Array.from(make().expected());
    if (known === undefined) throw new Error(name);
    expect(hasChecksum(right, known, tolerance), name).toBe(true);
    const isFound = (change: (y: Float32Array) => void): boolean => {
      const wrong = right.slice();
      change(wrong);
      return !hasChecksum(wrong, known, tolerance);
    };
    const off = 1.1 * tolerance * known[2];
    for (let i = 0; i < right.length; i++) {
      const value = right[i] as number;
      expect(
        [off, -off, NaN].map((by) => isFound((y) => (y[i] = value + by))),
        `${name} at ${i}`,
      ).toEqual([true, true, true]);
      const next = right[i + 1] ?? value;
      if (Math.abs(next - value) > 0.1 * known[2]) {
        expect(
          isFound((y) => y.set([next, value], i)),
          `${name} at ${i}`,
        ).toBe(true);
      }
    }
  }
});
