import { checkArray } from "@qkv/ops";

/** Data on their principal axes. */
export interface PrincipalComponents {
  /** [N, K], the rows on the axes. */
  readonly projected: Float32Array;
  /** [K, D], the axes, of length 1. The greatest number of each is above 0. */
  readonly axes: Float32Array;
  /** [K], the share of the variance on each axis. */
  readonly shares: Float32Array;
}

const ROUNDS = 1000;

/**
 * Principal component analysis by power iteration, one axis after another.
 *
 * @param values [N, D], row by row
 * @param count K, the number of axes
 * @throws RangeError if there are not 2 rows at least, or the numbers do not fit, or are not finite
 */
export function principalComponents(
  values: ArrayLike<number> & Iterable<number>,
  width: number,
  count: number,
): PrincipalComponents {
  checkArray("principalComponents", "values", values);
  const rows = values.length / width;
  if (!Number.isInteger(rows) || rows < 2) {
    throw new RangeError(
      `principalComponents: expected values of 2 rows of ${width} at least, got ${values.length} numbers`,
    );
  }
  if (!Number.isInteger(count) || count < 1 || count > Math.min(width, rows)) {
    throw new RangeError(
      `principalComponents: expected count from 1 to ${Math.min(width, rows)}, got ${String(count)}`,
    );
  }
  const rest = centered(values, rows, width);
  const all = squares(rest);
  if (!Number.isFinite(all)) throw new RangeError("principalComponents: expected finite values, got others");
  const projected = new Float32Array(rows * count);
  const axes = new Float32Array(count * width);
  const shares = new Float32Array(count);
  for (let k = 0; k < count; k++) {
    const axis = strongestAxis(rest, rows, width, k);
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      let at = 0;
      for (let i = 0; i < width; i++) at += (rest[row * width + i] ?? 0) * (axis[i] ?? 0);
      projected[row * count + k] = at;
      sum += at * at;
      for (let i = 0; i < width; i++) rest[row * width + i] = (rest[row * width + i] ?? 0) - at * (axis[i] ?? 0);
    }
    axes.set(axis, k * width);
    shares[k] = all === 0 ? 0 : sum / all;
  }
  return { projected, axes, shares };
}

function centered(values: ArrayLike<number>, rows: number, width: number): Float64Array {
  const result = Float64Array.from({ length: rows * width }, (_, i) => values[i] ?? NaN);
  for (let i = 0; i < width; i++) {
    let mean = 0;
    for (let row = 0; row < rows; row++) mean += (result[row * width + i] ?? 0) / rows;
    for (let row = 0; row < rows; row++) result[row * width + i] = (result[row * width + i] ?? 0) - mean;
  }
  return result;
}

function strongestAxis(data: Float64Array, rows: number, width: number, seed: number): Float64Array {
  let axis: Float64Array = Float64Array.from({ length: width }, (_, i) => Math.cos(1 + i * (seed + 1.7))); // any that is not across
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float64Array(width);
    for (let row = 0; row < rows; row++) {
      let at = 0;
      for (let i = 0; i < width; i++) at += (data[row * width + i] ?? 0) * (axis[i] ?? 0);
      for (let i = 0; i < width; i++) next[i] = (next[i] ?? 0) + at * (data[row * width + i] ?? 0);
    }
    const length = Math.sqrt(squares(next));
    if (length === 0) return axis.map((x) => x / Math.sqrt(squares(axis))); // no variance is left
    const scaled = next.map((x) => x / length);
    const change = Math.sqrt(scaled.reduce((sum, x, i) => sum + (x - (axis[i] ?? 0)) ** 2, 0));
    axis = scaled;
    if (change < 1e-12) break;
  }
  const greatest = axis.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
  return greatest < 0 ? axis.map((x) => -x) : axis;
}

function squares(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x * x, 0);
}
