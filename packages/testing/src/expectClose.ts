import * as tf from "@tensorflow/tfjs-core";
import { arrayOf, type Values } from "./arrayOf.ts";
import { type Tolerance, toleranceOf } from "./tolerance.ts";

/**
 * Fails unless `actual` has the shape of `expected` and every element is within `|a - b| <= atol + rtol * |b|`.
 * NaN is close to nothing; an infinity is close to itself alone. The message names the worst element.
 *
 * @param tolerance default: that of the current backend
 */
export async function expectClose(actual: Values, expected: Values, tolerance?: Partial<Tolerance>): Promise<void> {
  const [a, b] = [await arrayOf(actual), await arrayOf(expected)];
  const error = differenceOf(a, b, { ...toleranceOf(backendName()), ...tolerance });
  if (error !== undefined) throw new ClosenessError(error, expectClose);
}

/** The engine's backend; this starts none. */
function backendName(): string {
  return tf.engine().backendName ?? "cpu";
}

interface Numbers {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

function differenceOf(a: Numbers, b: Numbers, { atol, rtol }: Tolerance): string | undefined {
  if (!tf.util.arraysEqual([...a.shape], [...b.shape])) return `expected shape [${b.shape}], got [${a.shape}]`;
  let worst = -1;
  let worstExcess = 1;
  let bad = 0;
  for (let i = 0; i < b.data.length; i++) {
    const excess = excessOf(a.data[i] ?? NaN, b.data[i] ?? NaN, atol, rtol);
    if (excess <= 1) continue;
    bad++;
    if (excess > worstExcess) [worst, worstExcess] = [i, excess];
  }
  if (bad === 0) return undefined;
  const index = indexOf(worst, b.shape);
  return (
    `expected ${b.data[worst]} at [${index}], got ${a.data[worst]} ` +
    `(${bad} of ${b.data.length} elements of shape [${b.shape}] are beyond atol ${atol}, rtol ${rtol}; this is the worst)`
  );
}

/** The difference in units of the tolerance; infinite where the two cannot be compared. */
function excessOf(a: number, b: number, atol: number, rtol: number): number {
  if (a === b) return 0;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return Infinity;
  const difference = Math.abs(a - b);
  const allowed = atol + rtol * Math.abs(b);
  return allowed === 0 ? Infinity : difference / allowed;
}

/** The place of element `flat` in an array of this shape. */
export function indexOf(flat: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  for (const dim of [...shape].reverse()) {
    index.unshift(flat % dim);
    flat = Math.floor(flat / dim);
  }
  return index;
}

/** Error for arrays that are not close; its stack begins at the test. */
export class ClosenessError extends Error {
  override readonly name = "ClosenessError";
  constructor(message: string, caller: (...args: never[]) => unknown) {
    super(message);
    Error.captureStackTrace(this, caller);
  }
}
