import { describe, expect, test } from "vitest";
import { dequantize } from "./dequantize.ts";
import { quantize } from "./quantize.ts";

/** Numbers that look normal, the same on each run. */
function noise(count: number, seed: number): Float32Array {
  let state = seed;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return Float32Array.from({ length: count }, () => next() + next() + next() + next() - 2);
}

describe.each(["Q4_K", "Q6_K"] as const)("%s by importance", (type) => {
  const values = noise(20 * 512, 3);
  const errorOf = (importance: Float32Array, given?: Float32Array) =>
    dequantize(type, quantize(type, values, given)).reduce((sum, rounded, i) => {
      return sum + (importance[i % 512] as number) * (rounded - (values[i] as number)) ** 2;
    }, 0);

  test("has a smaller weighted error than plain rounding", () => {
    const importance = noise(512, 7).map((value) => Math.exp(4 * value));
    expect(errorOf(importance, importance) / errorOf(importance)).toBeLessThan(0.93);
  });

  test("is plain where no column matters", () => {
    expect(quantize(type, values, new Float32Array(512))).toEqual(quantize(type, values));
  });

  test("asks for whole blocks", () => {
    expect(() => quantize(type, new Float32Array(64))).toThrow(
      `expected whole blocks of 256 values for ${type}, got 64`,
    );
    expect(() => quantize(type, new Float32Array(256).fill(NaN))).toThrow("expected finite values, got NaN at 0");
    expect(() => quantize(type, values, new Float32Array(64))).toThrow(
      "importance of the columns of 10240 values, got 64",
    );
    expect(() => quantize(type, new Float32Array(256).fill(1e9))).toThrow(
      "whose scale half precision holds, got larger",
    );
  });
});
