import type { FusedActivation } from "../composedActivations.ts";

// A transformer layer in plain JavaScript, for self-tests. Rows lie one after another.

type Numbers = ArrayLike<number>;

/** The softmax of rows of `width`. */
export function plainSoftmax(x: Numbers, width: number): Float64Array {
  const y = Float64Array.from(x, Math.exp);
  for (let from = 0; from < y.length; from += width) {
    const row = y.subarray(from, from + width);
    const sum = row.reduce((total, value) => total + value, 0);
    for (let i = 0; i < width; i++) row[i] = sum === 0 ? 0 : (row[i] as number) / sum;
  }
  return y;
}

/** Layer normalization of rows as wide as the weight, or without a bias RMS normalization. */
export function plainNorm(x: Numbers, weight: Numbers, bias: Numbers | undefined, eps: number): Float64Array {
  const width = weight.length;
  const y = Float64Array.from(x);
  for (let from = 0; from < y.length; from += width) {
    const row = y.subarray(from, from + width);
    const mean = bias === undefined ? 0 : row.reduce((sum, value) => sum + value, 0) / width;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
    for (let i = 0; i < width; i++) {
      const normal = ((row[i] as number) - mean) / Math.sqrt(variance + eps);
      row[i] = normal * (weight[i] as number) + (bias?.[i] ?? 0);
    }
  }
  return y;
}

const ACTIVATIONS: Readonly<Record<FusedActivation, (x: number) => number>> = {
  relu: (x) => Math.max(x, 0),
  gelu: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)),
  geluTanh: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  silu: (x) => x / (1 + Math.exp(-x)),
  quickGelu: (x) => x / (1 + Math.exp(-1.702 * x)),
};

/** Applies an activation to each number. */
export function plainActivation(x: Numbers, activation: FusedActivation): Float64Array {
  return Float64Array.from(x, ACTIVATIONS[activation]);
}

/** The error function, to 1.5e-7: 7.1.26 of Abramowitz and Stegun. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - sum * Math.exp(-x * x));
}

/** Queries, keys and values of one batch entry, and who sees whom. */
export interface PlainAttention {
  /** [Q, H, D] */
  readonly q: Numbers;
  /** [K, G, D] */
  readonly k: Numbers;
  readonly v: Numbers;
  /** H, of which each H / G share a head of keys and values. */
  readonly heads: number;
  readonly groups: number;
  /** D */
  readonly width: number;
  readonly sees: (query: number, key: number) => boolean;
}

/** Attention, [Q, H, D]. */
export function plainAttention({ q, k, v, heads, groups, width, sees }: PlainAttention): Float64Array {
  const [queries, keys] = [q.length / (heads * width), k.length / (groups * width)];
  const y = new Float64Array(q.length);
  for (let head = 0; head < heads; head++) {
    const group = Math.floor((head * groups) / heads);
    for (let query = 0; query < queries; query++) {
      const from = (query * heads + head) * width;
      const scores = new Float64Array(keys).fill(-Infinity);
      for (let key = 0; key < keys; key++) {
        if (!sees(query, key)) continue;
        let sum = 0;
        for (let i = 0; i < width; i++)
          sum += (q[from + i] as number) * (k[(key * groups + group) * width + i] as number);
        scores[key] = sum / Math.sqrt(width);
      }
      const probabilities = plainSoftmax(scores, keys);
      for (let key = 0; key < keys; key++) {
        for (let i = 0; i < width; i++) {
          const value = v[(key * groups + group) * width + i] as number;
          y[from + i] = (y[from + i] as number) + (probabilities[key] as number) * value;
        }
      }
    }
  }
  return y;
}

/** Rotates each head's features i and i + D / 2 by the angle of its row: cos and sin [L, D / 2] of x [L, H, D]. */
export function plainRotary(x: Numbers, cos: Numbers, sin: Numbers, heads: number, width: number): Float64Array {
  const half = width / 2;
  const y = Float64Array.from(x);
  for (let from = 0; from < y.length; from += width) {
    const row = Math.floor(from / (heads * width)) * half;
    for (let i = 0; i < half; i++) {
      const [a, b] = [x[from + i] as number, x[from + i + half] as number];
      const [c, s] = [cos[row + i] as number, sin[row + i] as number];
      y[from + i] = a * c - b * s;
      y[from + i + half] = b * c + a * s;
    }
  }
  return y;
}

/** The sum, number by number. */
export function plainSum(a: Numbers, b: Numbers): Float64Array {
  return Float64Array.from(a, (value, i) => value + (b[i] as number));
}

/** The product, number by number. */
export function plainTimes(a: Numbers, b: Numbers): Float64Array {
  return Float64Array.from(a, (value, i) => value * (b[i] as number));
}
