import { expect, test } from "vitest";
import { Fourier } from "./fourier.ts";

/** The powers of a real signal's frequencies, by the definition. */
function powersOf(signal: Float64Array): number[] {
  return Array.from({ length: (signal.length >> 1) + 1 }, (_, k) => {
    const sum = (of: (angle: number) => number) =>
      signal.reduce((total, value, i) => total + value * of((2 * Math.PI * i * k) / signal.length), 0);
    return sum(Math.cos) ** 2 + sum(Math.sin) ** 2;
  });
}

test.each([1, 2, 3, 8, 12, 35, 50, 400])("powers of two signals of %i samples are those of the definition", (size) => {
  const [a, b] = [1.3, 2.9].map((step) => Float64Array.from({ length: size }, (_, i) => Math.sin(step * i * i + i)));
  const count = (size >> 1) + 1;
  const [powerA, powerB] = [new Float64Array(count), new Float64Array(count)];
  const fourier = new Fourier(size);
  for (let again = 0; again < 2; again++) fourier.powers(a as Float64Array, b as Float64Array, powerA, powerB);
  for (const [powers, signal] of [
    [powerA, a],
    [powerB, b],
  ] as const) {
    // prettier-ignore
    const expected = powersOf(signal as Float64Array);
    expect(powers.length).toBe(expected.length);
    for (const [k, power] of powers.entries()) expect(power).toBeCloseTo(expected[k] ?? NaN, 8);
  }
});
