import { describe, expect, test } from "vitest";
import { difference, median } from "./statistics.ts";

describe("median", () => {
  test("is the middle value, whatever the order", () => {
    expect(median([5, 1, 9])).toBe(5);
    expect(median([10, 9, 8, 100])).toBe(9.5);
  });

  test("of nothing is no number", () => expect(median([])).toBeNaN());
});

describe("difference", () => {
  test("is relative to the largest number expected, and absolute below 1", () => {
    expect(difference([100, 2], [101, 2])).toBeCloseTo(0.01);
    expect(difference([0.5], [0.25])).toBe(0.25);
  });

  test("is never small where a number is missing or none", () => {
    expect(difference([1, 2], [1])).toBe(Infinity);
    expect(difference([1, 2], [NaN, 2])).toBe(Infinity);
  });
});
