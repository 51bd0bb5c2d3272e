import type { KRoundedType } from "./ggmlType.ts";
import { halfAt } from "./half.ts";
import { putHalf } from "./blocks/putBits.ts";
import type { QuantizedGroups } from "./quantizedGroups.ts";

// https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c: `quantize_row_q4_K_ref` and `quantize_row_q6_K_ref`, in single
// precision and in the same order, so that the bits are those of C without contraction.

const { fround, abs, min, max } = Math;

const BLOCK = 256;

/**
 * Rounds values to the codes of blocks of 256, whose scales, and perhaps offsets, are multiples of one number each.
 *
 * @param importance the weight of each column: as many as a row has values. Left out: large values weigh more, as in ggml
 */
export function kGroups(type: KRoundedType, values: Float32Array, importance?: Float32Array): QuantizedGroups {
  const [bits, groupSize] = type === "Q4_K" ? ([4, 32] as const) : ([8, 16] as const);
  const codes = bits === 4 ? new Uint8Array(values.length) : new Int8Array(values.length);
  const [scales, offsets] = [new Float32Array(values.length / groupSize), new Float32Array(values.length / groupSize)];
  for (let at = 0; at < values.length; at += BLOCK) {
    const block = values.subarray(at, at + BLOCK);
    const column = at % (importance?.length ?? 1);
    const weights = importance?.subarray(column, column + BLOCK);
    const [from, to] = [at / groupSize, (at + BLOCK) / groupSize];
    const of = [codes.subarray(at, at + BLOCK), scales.subarray(from, to), offsets.subarray(from, to)] as const;
    if (type === "Q4_K") round4(block, weights, ...of);
    else round6(block, weights, of[0], of[1]);
  }
  return { bits, groupSize, zero: 0, codes, scales, ...(bits === 4 && { offsets }) };
}

function round4(
  values: Float32Array,
  importance: Float32Array | undefined,
  codes: Uint8Array | Int8Array,
  scales: Float32Array,
  offsets: Float32Array,
): void {
  const lines = Array.from(scales, (_, group) => {
    const [from, to] = [32 * group, 32 * group + 32];
    const run = values.subarray(from, to);
    return bestLine(run, weightsOf(importance, from, to) ?? ownWeights(run), codes.subarray(from, to));
  });
  const [scaleFactor, scaleCodes] = sixBits(lines.map(({ scale }) => scale));
  const [leastFactor, leastCodes] = sixBits(lines.map(({ least }) => least));
  for (let group = 0; group < scales.length; group++) {
    const scale = fround(scaleFactor * (scaleCodes[group] as number));
    const least = fround(leastFactor * (leastCodes[group] as number));
    scales[group] = scale;
    offsets[group] = -least;
    for (let i = 32 * group; scale !== 0 && i < 32 * group + 32; i++) {
      codes[i] = clamp(nearest(fround(fround((values[i] as number) + least) / scale)), 0, 15);
    }
  }
}

/** Numbers from 0 as multiples from 0 to 63 of a number in half precision. */
function sixBits(numbers: readonly number[]): readonly [factor: number, multiples: readonly number[]] {
  const most = max(0, ...numbers);
  const inverse = most > 0 ? fround(63 / most) : 0;
  return [halfOf(fround(most / 63)), numbers.map((number) => min(63, nearest(fround(inverse * number))))];
}

/** The importance of some columns; undefined if there is none, or none of them matters. */
function weightsOf(importance: Float32Array | undefined, from: number, to: number): Float32Array | undefined {
  const weights = importance?.subarray(from, to);
  return weights?.some((weight) => weight > 0) ? weights : undefined;
}

function ownWeights(values: Float32Array): Float32Array {
  let squares = 0;
  for (const value of values) squares = fround(squares + fround(value * value));
  const mean = fround(Math.sqrt(fround(squares / 32)));
  return values.map((value) => mean + abs(value));
}

/** The scale, and the least value below zero, of codes from 0 to 15 with the least weighted error (`make_qkx2_quants`). */
function bestLine(values: Float32Array, weights: Float32Array, codes: Uint8Array | Int8Array) {
  let [low, high] = [values[0] as number, values[0] as number];
  let [total, sum] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const [value, weight] = [values[i] as number, weights[i] as number];
    low = min(low, value);
    high = max(high, value);
    total = fround(total + weight);
    sum = fround(sum + fround(weight * value));
  }
  low = min(low, 0);
  codes.fill(0);
  if (low === high) return { scale: 0, least: -low };
  let inverse = fround(15 / fround(high - low));
  const best = { scale: fround(1 / inverse), least: low, error: 0 };
  const tried = new Uint8Array(values.length);
  roundFrom(values, low, inverse, tried);
  codes.set(tried);
  best.error = lineError(values, weights, tried, best.scale, low);
  for (let step = 0; step <= 20; step++) {
    // From the best least value so far, as ggml has it.
    inverse = fround(fround(fround(-1 + fround(fround(0.1) * step)) + 15) / fround(high - best.least));
    roundFrom(values, best.least, inverse, tried);
    const line = lineThrough(values, weights, tried, total, sum);
    if (line === undefined) continue;
    const error = lineError(values, weights, tried, line.scale, line.least);
    if (!(error < best.error)) continue;
    codes.set(tried);
    Object.assign(best, line, { error });
  }
  return { scale: best.scale, least: -best.least };
}

function roundFrom(values: Float32Array, low: number, inverse: number, codes: Uint8Array): void {
  for (let i = 0; i < values.length; i++) {
    codes[i] = clamp(nearest(fround(inverse * fround((values[i] as number) - low))), 0, 15);
  }
}

function lineError(
  values: Float32Array,
  weights: Float32Array,
  codes: Uint8Array,
  scale: number,
  least: number,
): number {
  let error = 0;
  for (let i = 0; i < values.length; i++) {
    const difference = fround(fround(fround(scale * (codes[i] as number)) + least) - (values[i] as number));
    error = fround(error + fround((weights[i] as number) * fround(difference * difference)));
  }
  return error;
}

/** Least squares for the codes; the least value is at most zero. */
function lineThrough(values: Float32Array, weights: Float32Array, codes: Uint8Array, total: number, sum: number) {
  let [ofCodes, ofSquares, ofProducts] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const code = codes[i] as number;
    const weighted = fround((weights[i] as number) * code);
    ofCodes = fround(ofCodes + weighted);
    ofSquares = fround(ofSquares + fround(weighted * code));
    ofProducts = fround(ofProducts + fround(weighted * (values[i] as number)));
  }
  const determinant = fround(fround(total * ofSquares) - fround(ofCodes * ofCodes));
  if (!(determinant > 0)) return undefined;
  const least = fround(fround(fround(ofSquares * sum) - fround(ofCodes * ofProducts)) / determinant);
  if (least > 0) return { scale: fround(ofProducts / ofSquares), least: 0 };
  return { scale: fround(fround(fround(total * ofProducts) - fround(sum * ofCodes)) / determinant), least };
}

const LEAST_SCALE = fround(1e-15);

function round6(
  values: Float32Array,
  importance: Float32Array | undefined,
  codes: Uint8Array | Int8Array,
  scales: Float32Array,
): void {
  const wanted = Array.from(scales, (_, group) => {
    const [from, to] = [16 * group, 16 * group + 16];
    return bestScale(values.subarray(from, to), weightsOf(importance, from, to), codes.subarray(from, to));
  });
  let farthest = 0;
  for (const scale of wanted) if (abs(scale) > abs(farthest)) farthest = scale;
  if (abs(farthest) < LEAST_SCALE) {
    codes.fill(-32); // the codes of a block of zero bytes
    return;
  }
  const inverse = fround(-128 / farthest);
  const factor = halfOf(fround(1 / inverse));
  for (let group = 0; group < scales.length; group++) {
    const scale = fround(factor * min(127, nearest(fround(inverse * (wanted[group] as number)))));
    scales[group] = scale;
    for (let i = 16 * group; scale !== 0 && i < 16 * group + 16; i++) {
      codes[i] = clamp(nearest(fround((values[i] as number) / scale)), -32, 31);
    }
  }
}

/** The scale of codes from -32 to 31 with the least weighted error (`make_qx_quants`). */
function bestScale(values: Float32Array, importance: Float32Array | undefined, codes: Uint8Array | Int8Array): number {
  let farthest = 0;
  for (const value of values) if (abs(value) > abs(farthest)) farthest = value;
  codes.fill(-32); // as ggml has them where nothing is rounded
  if (abs(farthest) < LEAST_SCALE) return 0;
  let [scale, best] = [0, 0];
  for (const step of STEPS) {
    const inverse = fround(-fround(32 + fround(fround(0.1) * step)) / farthest);
    const tried = values.map((value) => clamp(nearest(fround(inverse * value)), -32, 31));
    let [products, squares] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      const [code, value] = [tried[i] as number, values[i] as number];
      const weight = importance?.[i] ?? fround(value * value);
      products = fround(products + fround(fround(weight * value) * code));
      squares = fround(squares + fround(fround(weight * code) * code));
    }
    const isFirst = step === 0;
    if (!isFirst && !(squares > 0 && fround(products * products) > fround(best * squares))) continue;
    scale = squares === 0 ? 0 : fround(products / squares);
    best = fround(scale * products);
    codes.set(tried);
  }
  return scale;
}

/** The plain scale first, then those around it. */
const STEPS = [0, ...Array.from({ length: 19 }, (_, i) => i - 9).filter((step) => step !== 0)];

function clamp(value: number, least: number, most: number): number {
  return max(least, min(most, value));
}

/** The nearest whole number, halves to the even one. */
function nearest(value: number): number {
  return fround(value + 12582912) - 12582912;
}

const BYTES = new Uint8Array(2);

/** The nearest number of half precision. */
function halfOf(value: number): number {
  putHalf(BYTES, 0, value);
  return halfAt(BYTES, 0);
}
