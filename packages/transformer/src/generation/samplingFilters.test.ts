import { expect, test } from "vitest";
import type { LogitsProcessor } from "./logitsProcessor.ts";
import type { SamplingSettings } from "./options.ts";
import { topHWarper, samplingFilters } from "./samplingFilters.ts";

/** The tokens that stay of some with these probabilities. */
function kept(process: LogitsProcessor | undefined, probabilities: readonly number[]): number[] {
  const scores = Float32Array.from(probabilities, Math.log);
  process?.(scores, [], 0);
  return [...scores.keys()].filter((id) => scores[id] !== -Infinity);
}

const eta = (etaCutoff: number) =>
  samplingFilters({ temperature: 1, topK: 0, topP: 1, etaCutoff } as SamplingSettings)[0];

// Terms of the entropy 0.09, 0.15, 0.15.
test.each([
  [0.1, [0]], // less than the likeliest token's own
  [0.63, [0, 1]],
  [1, [0, 1, 2]],
])("top-H of %d", (share, expected) => expect(kept(topHWarper(share), [0.9, 0.05, 0.05])).toEqual(expected));

test("top-H measures the entropy of a hundred tokens, of more the likeliest", () => {
  const even = Array<number>(200).fill(1 / 200);
  expect(kept(topHWarper(0.505), even)).toHaveLength(50);
});

test("eta's bound is the smaller of eta and what the entropy says", () => {
  expect(kept(eta(0.05), [0.9, 0.06, 0.04])).toEqual([0, 1]); // the entropy says 0.15
  const flat = [0.4, ...Array<number>(12).fill(0.05)]; // it says 0.08, and 0.04 for 0.15
  expect(kept(eta(0.5), flat)).toEqual([0]);
  expect(kept(eta(0.15), flat)).toHaveLength(13);
});
