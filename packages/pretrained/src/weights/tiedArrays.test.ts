import { expect, test } from "vitest";
import type { StoredArray } from "../files/storedArray.ts";
import { tiedArrays } from "./tiedArrays.ts";

/** An array in memory of these bytes. */
const stored = (shape: readonly number[], bytes: readonly number[], dtype: StoredArray["dtype"] = "U8"): StoredArray =>
  ({
    shape,
    dtype,
    byteLength: bytes.length,
    readBytes: (start: number, end: number) => Promise.resolve(Uint8Array.from(bytes.slice(start, end))),
  }) as unknown as StoredArray;

const table = stored([2, 3], [1, 2, 3, 4, 5, 6]);
test.each([
  ["a copy is tied", stored([2, 3], [1, 2, 3, 4, 5, 6]), "table"],
  ["other numbers are not", stored([2, 3], [1, 2, 3, 4, 5, 7]), "head"],
  ["nor is another shape", stored([3, 2], [1, 2, 3, 4, 5, 6]), "head"],
  ["nor more axes", stored([2, 3, 1], [1, 2, 3, 4, 5, 6]), "head"],
  ["nor another dtype of the same bytes", stored([2, 3], [1, 2, 3, 4, 5, 6], "I8"), "head"],
])("%s", async (_, head, expected) => {
  const arrays = new Map([
    ["table", table],
    ["head", head],
  ]);
  expect((await tiedArrays(arrays, [["head", "table"]]))("head")).toBe(expected);
});
