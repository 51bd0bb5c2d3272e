import fc from "fast-check";
import { expect, test } from "vitest";
import { batchesBySize } from "./batchesBySize.ts";

test("puts the like together, the largest first", () => {
  expect(batchesBySize([3, 7, 2, 7, 1], { maxItems: 2, maxPadded: 14 })).toEqual([[1, 3], [0, 2], [4]]);
});

test("has every item once, within the limits unless it is alone", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 99 })),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 200 }),
      (sizes, maxItems, maxPadded) => {
        const batches = batchesBySize(sizes, { maxItems, maxPadded });
        expect(batches.flat().sort((a, b) => a - b)).toEqual(sizes.map((_, index) => index));
        for (const batch of batches) {
          const padded = batch.length * Math.max(...batch.map((index) => sizes[index] ?? 0));
          expect(batch.length === 1 || (batch.length <= maxItems && padded <= maxPadded)).toBe(true);
        }
      },
    ),
  );
});
