import { expect, test } from "vitest";
import { aboveUniform } from "./aboveUniform.ts";
import { heatPixels, strongestPatches } from "./heatPixels.ts";
import type { PatchWeights } from "./patchWeights.ts";

const row = (...values: number[]) => ({ rows: 1, columns: values.length, values });
const above = (...values: number[]) =>
  Array.from(aboveUniform(row(...values)).values, (value) => Math.round(1e4 * value) / 1e4);

test("an even share is the zero of the scale, whatever the weights sum to", () => {
  expect(above(1, 2, 3)).toEqual([0, 0, 0.5]);
  expect(above(100, 200, 300)).toEqual([0, 0, 0.5]);
  expect(above(1, 1, 1, 1.2)).toEqual([0, 0, 0, 0.1429]);
  expect(above(0, 0, 0, 8)).toEqual([0, 0, 0, 3]);
});

test("what is common to all patches hides nothing of the picture", () => {
  const hidden = (patches: PatchWeights) => Array.from(heatPixels(patches).data).filter((_, at) => at % 4 === 3);
  expect(hidden(row(10, 10, 10, 11))).toEqual([162, 162, 162, 178]);
  expect(hidden(aboveUniform(row(10, 10, 10, 11)))).toEqual([0, 0, 0, 178]);
});

test("where no patch is a hundredth above the others nothing stands out", () => {
  for (const even of [row(5, 5, 5), row(1, 1.005, 1.003), row(0, 0, 0), row(7), row(NaN, -1)]) {
    const flat = aboveUniform(even);
    expect(Array.from(flat.values)).toEqual(Array.from(even.values, () => 0));
    expect(strongestPatches(flat)).toEqual([]);
  }
  expect(strongestPatches(aboveUniform(row(1, 1.03, 1)))).toEqual([{ patch: 1, share: 1 }]);
});

test("what speaks against counts as nothing, and what is infinite as all", () => {
  expect(above(-9, 1, 2, -9)).toEqual([0, 0.3333, 1.6667, 0]);
  expect(above(Infinity, 0)).toEqual([1, 0]);
});

test("says what does not fit", () => {
  expect(() => aboveUniform({ rows: 2, columns: 2, values: [1] })).toThrow(
    "aboveUniform: expected 2 x 2 values, got 1",
  );
});
