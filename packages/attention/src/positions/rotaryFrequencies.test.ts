import { expect, test } from "vitest";
import { rotaryFrequencies } from "./rotaryFrequencies.ts";

// By the formulas of `_compute_yarn_parameters` (transformers 5.23): a feature turns 8 times within the original length
// at 0.21, so the ramp begins at 0; 32 times below 0; once at 2.02, so it ends at 3.
test.each([
  ["at the whole feature below, and ends at the one above", true, [1, 0.2371708, 0.05, 0.007905694]],
  ["and ends between features without `truncate`", false, [1.0, 0.2124687, 0.02566439, 0.007905694]],
])("YaRN's ramp begins %s", (_, truncate, ramp) => {
  const scaling = { type: "yarn", factor: 4, originalLength: 64, betaFast: 8, truncate } as const;
  const { frequencies } = rotaryFrequencies({ dim: 16, scaling }, 64);
  const expected = [...ramp, 0.0025, 0.0007905694, 0.00025, 0.00007905694];
  for (const [i, frequency] of expected.entries()) expect(frequencies[i]).toBeCloseTo(frequency, 7);
});

test("YaRN's ramp may end beyond the last feature that turns", () => {
  const scaling = { type: "yarn", factor: 4, originalLength: 64, betaFast: 8 } as const;
  const { frequencies } = rotaryFrequencies({ dim: 8, base: 10, scaling }, 64);
  const expected = [1.0, 0.4779901, 0.2213594, 0.09780537]; // to feature 5, of 4
  for (const [i, frequency] of expected.entries()) expect(frequencies[i]).toBeCloseTo(frequency, 6);
});

test("YaRN's ramp may be a step between two features", () => {
  const scaling = { type: "yarn", factor: 4, originalLength: 64, betaFast: 1, betaSlow: 1, truncate: false } as const;
  const { frequencies } = rotaryFrequencies({ dim: 16, scaling }, 64);
  const expected = [1, 0.3162278, 0.1, 0.007905694, 0.0025];
  for (const [i, frequency] of expected.entries()) expect(frequencies[i]).toBeCloseTo(frequency, 7);
});
