import type { PlainRoundedType } from "./ggmlType.ts";
import { halfAt } from "./half.ts";
import { putHalf } from "./blocks/putBits.ts";
import type { QuantizedGroups } from "./quantizedGroups.ts";

/** Codes from `least` to `most` around `zero`; affine ones have an offset too. */
interface Codes {
  readonly bits: 4 | 8;
  readonly least: number;
  readonly most: number;
  readonly zero: number;
  readonly isAffine: boolean;
}

const CODES: Readonly<Record<PlainRoundedType, Codes>> = {
  Q8_0: { bits: 8, least: -127, most: 127, zero: 0, isAffine: false },
  Q5_1: { bits: 8, least: 0, most: 31, zero: 0, isAffine: true },
  Q5_0: { bits: 8, least: -16, most: 15, zero: 0, isAffine: false },
  Q4_1: { bits: 4, least: 0, most: 15, zero: 0, isAffine: true },
  Q4_0: { bits: 4, least: -8, most: 7, zero: 8, isAffine: false },
};

const GROUP = 32;

/** How far from the plain scale others are tried, in steps of a tenth of a code. */
const STEPS = 9;

/**
 * Rounds values to codes whose scales, and perhaps offsets, make the weighted sum of squared errors small: around the plain
 * scale some others are tried, each then moved to its best by least squares. Never a larger sum than plain rounding has. The
 * idea is that of llama.cpp's `make_qx_quants` and `make_qkx3_quants`
 * (https://github.com/ggml-org/llama.cpp/blob/master/ggml/src/ggml-quants.c).
 *
 * @param importance the weight of each column: as many as a row has values, a multiple of 32
 */
export function weightedGroups(
  type: PlainRoundedType,
  values: Float32Array,
  importance: Float32Array,
): QuantizedGroups {
  const kind = CODES[type];
  const { bits, zero, isAffine } = kind;
  const count = values.length / GROUP;
  const codes = bits === 8 ? new Int8Array(values.length) : new Uint8Array(values.length);
  const [scales, offsets] = [new Float32Array(count), new Float32Array(count)];
  const search = new Search(kind);
  for (let group = 0, at = 0; group < count; group++, at += GROUP) {
    const column = at % importance.length;
    search.run(values.subarray(at, at + GROUP), importance.subarray(column, column + GROUP));
    scales[group] = search.scale;
    offsets[group] = search.offset;
    for (let i = 0; i < GROUP; i++) codes[at + i] = (search.codes[i] as number) + zero;
  }
  return { bits, groupSize: GROUP, zero, codes, scales, ...(isAffine && { offsets }) };
}

/** The search for one group's scale and offset. Its arrays are used again for the next. */
class Search {
  readonly codes = new Int8Array(GROUP);
  scale = 0;
  offset = 0;

  readonly #kind: Codes;
  readonly #tried = new Int8Array(GROUP);
  readonly #even = new Float32Array(GROUP).fill(1);
  #error = Infinity;

  constructor(kind: Codes) {
    this.#kind = kind;
  }

  run(values: Float32Array, given: Float32Array): void {
    const { least, most, isAffine } = this.#kind;
    const weights = given.some((weight) => weight > 0) ? given : this.#even;
    this.#error = Infinity;
    let [low, high, farthest] = [Infinity, -Infinity, 0];
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
      if (Math.abs(value) > Math.abs(farthest)) farthest = value;
    }
    const [range, offset] = isAffine ? [high - low, low] : [farthest, 0];
    const end = isAffine || least === -most ? most : least; // the code of the farthest value
    this.#try(values, weights, range / end, offset);
    if (range === 0) return;
    for (let step = -STEPS; step <= STEPS; step++) {
      const inverse = (end + (Math.sign(end) * step) / 10) / range;
      this.#round(values, 1 / inverse, offset);
      const [scale, best] = isAffine ? this.#line(values, weights) : [this.#slope(values, weights), 0];
      if (Number.isFinite(scale)) this.#try(values, weights, scale, best);
    }
  }

  /** Keeps a scale and an offset, as half precision has them, if their error is the least so far. */
  #try(values: Float32Array, weights: Float32Array, scaleWanted: number, offsetWanted: number): void {
    const [scale, offset] = [halfOf(scaleWanted), halfOf(offsetWanted)];
    this.#round(values, scale, offset);
    let error = 0;
    for (let i = 0; i < GROUP; i++) {
      const difference = (values[i] as number) - (scale * (this.#tried[i] as number) + offset);
      error += (weights[i] as number) * difference ** 2;
    }
    if (!(error < this.#error)) return;
    this.#error = error;
    [this.scale, this.offset] = [scale, offset];
    this.codes.set(this.#tried);
  }

  #round(values: Float32Array, scale: number, offset: number): void {
    const { least, most } = this.#kind;
    for (let i = 0; i < GROUP; i++) {
      const code = scale === 0 ? 0 : Math.round(((values[i] as number) - offset) / scale);
      this.#tried[i] = Math.min(most, Math.max(least, code));
    }
  }

  /** The best scale for the codes that are tried. */
  #slope(values: Float32Array, weights: Float32Array): number {
    let [products, squares] = [0, 0];
    for (let i = 0; i < GROUP; i++) {
      const [code, weight] = [this.#tried[i] as number, weights[i] as number];
      products += weight * code * (values[i] as number);
      squares += weight * code * code;
    }
    return products / squares;
  }

  /** The best scale and offset for the codes that are tried. */
  #line(values: Float32Array, weights: Float32Array): readonly [scale: number, offset: number] {
    let [total, codes, squares, sums, products] = [0, 0, 0, 0, 0];
    for (let i = 0; i < GROUP; i++) {
      const [code, weight, value] = [this.#tried[i] as number, weights[i] as number, values[i] as number];
      total += weight;
      codes += weight * code;
      squares += weight * code * code;
      sums += weight * value;
      products += weight * code * value;
    }
    const scale = (total * products - codes * sums) / (total * squares - codes * codes);
    return [scale, (sums - scale * codes) / total];
  }
}

const BYTES = new Uint8Array(2);

/** The nearest number of half precision. */
function halfOf(value: number): number {
  putHalf(BYTES, 0, value);
  return halfAt(BYTES, 0);
}
