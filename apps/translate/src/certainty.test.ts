import { expect, test } from "vitest";
import { isUnsure } from "./certainty.ts";

const ids = Array.from({ length: 16 }, (_, i) => i);

test.each([
  [-0.4, 1, false],
  [-1.2, 1, true],
  [-0.4 * 4, 0.5, false], // a score of 16 tokens divided by 4
  [-1.2 * 4, 0.5, true],
  [-0.4 * 16, 0, false],
  [-1.2 / 16, 2, true],
])("a score of %f with a length penalty of %f is unsure: %s", (score, lengthPenalty, unsure) => {
  expect(isUnsure({ score, ids }, lengthPenalty)).toBe(unsure);
});

test("what was not translated is not unsure", () => {
  expect(isUnsure({ score: 0, ids: [] }, 1)).toBe(false);
});
