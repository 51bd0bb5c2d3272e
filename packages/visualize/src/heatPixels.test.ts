import { expect, test } from "vitest";
import { heatColor } from "./heatColor.ts";
import { heatPixels, strongestPatches } from "./heatPixels.ts";

const PATCHES = { rows: 1, columns: 3, values: [0, 4, 2] };

test("a pixel for each patch: its colour, and what it hides of the picture", () => {
  const { width, height, data } = heatPixels(PATCHES, 0.5);
  expect([width, height]).toEqual([3, 1]);
  expect([...data]).toEqual([...heatColor(0), 0, ...heatColor(1), 128, ...heatColor(0.5), 64]);
});

test("the strongest patches with their share of the weight", () => {
  expect(strongestPatches(PATCHES)).toEqual([
    { patch: 1, share: 4 / 6 },
    { patch: 2, share: 2 / 6 },
  ]);
  expect(strongestPatches(PATCHES, 1).map(({ patch }) => patch)).toEqual([1]);
  expect(strongestPatches({ ...PATCHES, values: [0, 0, 0] })).toEqual([]);
  expect(() => heatPixels({ ...PATCHES, rows: 2 })).toThrow("expected 2 x 3 values, got 3");
});
