import { halfAt, halfBits } from "../half.ts";

/** A common factor of several numbers in half precision, and the whole number that each is of it. */
export interface Factors {
  readonly factor: number;
  readonly multiples: readonly number[];
}

const BYTES = new Uint8Array(2);

/**
 * Finds the factor that makes numbers whole multiples from `least` to `most`, exactly. Of several the one that gives the
 * farthest number the farthest multiple, as rounding to blocks does.
 *
 * @returns undefined if there is none
 */
export function factored(numbers: Float32Array, least: number, most: number): Factors | undefined {
  let farthest = 0;
  for (const number of numbers) if (!(Math.abs(number) <= Math.abs(farthest))) farthest = number;
  if (farthest === 0) return { factor: 0, multiples: Array.from(numbers, () => 0) };
  for (let size = Math.max(-least, most); size > 0; size--) {
    for (const multiple of [-size, size]) {
      if (multiple < least || multiple > most) continue;
      const factor = halfOf(farthest / multiple);
      const multiples = Array.from(numbers, (number) => Math.round(number / factor));
      const isExact = multiples.every((each, i) => each >= least && each <= most && each * factor === numbers[i]);
      if (isExact) return { factor, multiples };
    }
  }
  return undefined;
}

/** The nearest number of half precision. */
function halfOf(value: number): number {
  const half = halfBits(value);
  BYTES[0] = half & 255;
  BYTES[1] = half >> 8;
  return halfAt(BYTES, 0);
}
