import { expect, test } from "vitest";
import { strongestKeys } from "./strongestKeys.ts";

const WEIGHTS = Float32Array.of(0.5, 0.125, 0.25, 0.125, 0.125, 0.125, 0.125, 0.625);

test("keeps the columns where some row has most, in their order, and sums up the rest", () => {
  const { columns, others, values } = strongestKeys(WEIGHTS, 4, 2);
  expect(columns).toEqual([0, 3]);
  expect(others).toBe(2);
  expect([...values]).toEqual([0.5, 0.125, 0.375, 0.125, 0.625, 0.25]);
});

test("keeps everything where it is few", () => {
  expect(strongestKeys(WEIGHTS, 4, 4)).toEqual({
    columns: [0, 1, 2, 3],
    others: 0,
    values: WEIGHTS,
  });
});
