import { describe, expect, test } from "vitest";
import { dequantize } from "./dequantize.ts";
import type { RoundedType } from "./ggmlType.ts";
import { quantize } from "./quantize.ts";

const TYPES: readonly RoundedType[] = ["Q8_0", "Q5_1", "Q5_0", "Q4_1", "Q4_0"];

/** Numbers that look normal, the same on each run. */
function noise(count: number, seed: number): Float32Array {
  let state = seed;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return Float32Array.from({ length: count }, () => next() + next() + next() + next() - 2);
}

function weightedError(values: Float32Array, rounded: Float32Array, importance: Float32Array): number {
  return values.reduce((sum, value, i) => {
    return sum + (importance[i % importance.length] as number) * (value - (rounded[i] as number)) ** 2;
  }, 0);
}

describe.each(TYPES)("%s by importance", (type) => {
  const importance = noise(96, 7).map((value) => Math.exp(4 * value));

  test("has a smaller weighted error than plain rounding, in each row and by a good part in all", () => {
    const values = noise(50 * 96, 3);
    let [plain, weighted] = [0, 0];
    for (let row = 0; row < values.length; row += 96) {
      const one = values.slice(row, row + 96);
      const errors = [undefined, importance].map((each) =>
        weightedError(one, dequantize(type, quantize(type, one, each)), importance),
      ) as [number, number];
      expect(errors[1]).toBeLessThanOrEqual(errors[0] * (1 + 1e-6));
      plain += errors[0];
      weighted += errors[1];
    }
    expect(weighted / plain).toBeLessThan(0.85);
    const whole = quantize(type, values, importance);
    expect(whole.subarray(0, whole.length / 50)).toEqual(quantize(type, values.slice(0, 96), importance));
  });

  test("is plain where all errors are the same already, and knows zeros and equal numbers", () => {
    for (const values of [new Float32Array(32), new Float32Array(32).fill(0.5), new Float32Array(32).fill(-0.5)]) {
      const [plain, weighted] = [undefined, new Float32Array(32)].map((each) =>
        dequantize(type, quantize(type, values, each)),
      );
      expect(weightedError(values, weighted as Float32Array, importance)).toBeLessThanOrEqual(
        weightedError(values, plain as Float32Array, importance),
      );
    }
  });
});

test.each<[string, Float32Array, Float32Array | number[], string]>([
  ["of other columns", noise(64, 1), new Float32Array(48), "expected importance of the columns of 64 values, got 48"],
  ["of more columns", noise(64, 1), new Float32Array(96), "expected importance of the columns of 64 values, got 96"],
  ["below zero", noise(64, 1), new Float32Array(32).fill(-1), "expected importance from 0, got -1"],
  ["that is no number", noise(64, 1), new Float32Array(32).fill(NaN), "expected importance from 0, got NaN"],
  ["that is a list", noise(64, 1), [1], "expected importance of the columns of 64 values, got [1]"],
  [
    "of values that are not finite",
    new Float32Array(32).fill(Infinity),
    new Float32Array(32),
    "expected finite values, got Infinity at 0",
  ],
])("importance %s is refused", (_, values, importance, message) => {
  expect(() => quantize("Q4_0", values, importance as Float32Array)).toThrow(`quantize: ${message}`);
});
