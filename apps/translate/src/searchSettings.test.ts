import { expect, test } from "vitest";
import { searchSettings } from "./searchSettings.ts";

test.each([
  [
    { numBeams: 2, lengthPenalty: 0.6 },
    { beams: 2, lengthPenalty: 0.6 },
  ],
  [{ numBeams: 1 }, { beams: 1, lengthPenalty: 1 }],
  [{}, { beams: 4, lengthPenalty: 1 }],
  [undefined, { beams: 4, lengthPenalty: 1 }],
])("of a folder that says %j are %j", (generation, settings) => {
  const options = { maxPositions: 64, ...(generation && { generation }) };
  expect(searchSettings({ options })).toEqual(settings);
});
