import { expect, test } from "vitest";
import { attentionPage } from "../attentionPage.ts";
import { imageRecord } from "./imageRecord.ts";

const IMAGE = { picture: "data:image/png;base64,AA", width: 30, height: 20, rows: 2, columns: 3 };
const weights = (tokens: number) => {
  return { layers: 2, heads: 3, tokens, values: new Float32Array(2 * 3 * tokens ** 2).fill(1 / tokens) };
};

test("names patches by their row and column, and what stands before them by its place", () => {
  const record = imageRecord(weights(8), IMAGE);
  expect(record.source).toEqual(["[0]", "[1]", "1,1", "1,2", "1,3", "2,1", "2,2", "2,3"]);
  expect(record.encoder?.shape).toEqual([2, 3, 8, 8]);
  expect(attentionPage(record)).toContain('"2,3"');
  expect(imageRecord(weights(6), IMAGE).source[0]).toBe("1,1");
});

test("refuses what does not fit", () => {
  expect(() => imageRecord(weights(5), IMAGE)).toThrow("expected a token for each of 2 x 3 patches, got 5 tokens");
  expect(() => imageRecord({ ...weights(7), values: [1] }, IMAGE)).toThrow("expected 294 values, got 1");
});
