import { describe, expect, test } from "vitest";
import { sinusoidalPositions } from "./sinusoidalPositions.ts";

describe("sinusoidalPositions", () => {
  test("interleaves sines and cosines as the paper does", () => {
    const [a, b] = [1, 1 / 100]; // rates of a width of 4
    const expected = [0, 1, 0, 1, Math.sin(a), Math.cos(a), Math.sin(b), Math.cos(b)].map(Math.fround);
    expect([...sinusoidalPositions(2, 4)]).toEqual(expected);
  });

  test("lays sines before cosines in halves, one sine more for an odd width", () => {
    const interleaved = sinusoidalPositions(3, 5);
    const halves = sinusoidalPositions(3, 5, { layout: "halves" });
    for (const row of [0, 1, 2]) {
      const columns = [0, 2, 4, 1, 3].map((j) => interleaved[row * 5 + j]);
      expect([...halves.subarray(row * 5, row * 5 + 5)]).toEqual(columns);
    }
  });

  test("starts where it is told", () => {
    const all = sinusoidalPositions(7, 6, { layout: "halves" });
    expect(sinusoidalPositions(2, 6, { layout: "halves", offset: 5 })).toEqual(all.subarray(30));
  });
});
