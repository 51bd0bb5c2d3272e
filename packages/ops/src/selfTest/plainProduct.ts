import { describeArgument } from "../checks/describeArgument.ts";

/**
 * Computes `x weightᵀ + bias` in plain JavaScript, with sums of 64 bits: what a self-test expects of a kernel.
 *
 * @param x [N, I], rows one after another
 * @param weight [O, I]
 * @param width I
 * @param bias [O]
 * @returns [N, O]
 * @throws TypeError if x or weight is no list of numbers
 */
export function plainProduct(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  width: number,
  bias?: ArrayLike<number>,
): Float64Array {
  checkNumbers("plainProduct", { x, weight });
  const [rows, outputs] = [x.length / width, weight.length / width];
  const y = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let output = 0; output < outputs; output++) {
      let sum = bias?.[output] ?? 0;
      for (let i = 0; i < width; i++) sum += (x[row * width + i] as number) * (weight[output * width + i] as number);
      y[row * outputs + output] = sum;
    }
  }
  return y;
}

/** A number that came out wrong. */
export interface WrongNumber {
  /** Its place, rows one after another. */
  readonly at: number;
  readonly expected: number;
  readonly got: number;
}

/**
 * Finds the number that is furthest from what was expected, if that is more than `tolerance` of the largest one.
 *
 * @throws TypeError if either is no list of numbers
 */
export function wrongNumber(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): WrongNumber | undefined {
  checkNumbers("wrongNumber", { got, expected });
  let [largest, worst, at] = [0, -1, 0];
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i] as number));
    const distance = Math.abs((got[i] as number) - (expected[i] as number));
    if (distance <= worst) continue;
    [worst, at] = [distance, i];
    if (Number.isNaN(distance)) break;
  }
  if (worst <= tolerance * largest) return undefined;
  return { at, expected: expected[at] as number, got: got[at] as number };
}

function checkNumbers(who: string, lists: Readonly<Record<string, ArrayLike<number>>>): void {
  for (const [name, list] of Object.entries(lists)) {
    if (typeof list?.length === "number") continue;
    throw new TypeError(`${who}: expected ${name} to be a list of numbers, got ${describeArgument(list)}`);
  }
}
