import { expect, test } from "vitest";
import { searchSettings } from "./searchSettings.ts";

test.each([
  [
    { numBeams: 2, lengthPenalty: 0.6 },
    { numBeams: 2, lengthPenalty: 0.6 },
  ],
  [{ numBeams: 1 }, { numBeams: 1, lengthPenalty: 1 }],
  [{}, { numBeams: 4, lengthPenalty: 1 }],
  [undefined, { numBeams: 4, lengthPenalty: 1 }],
])("of a folder that says %j are %j", (generation, settings) => {
  const options = { maxPositions: 64, ...(generation && { generation }) };
  expect(searchSettings({ options })).toEqual(settings);
});
