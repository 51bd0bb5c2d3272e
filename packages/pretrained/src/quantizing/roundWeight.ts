import { dequantize, GGML_TYPES, quantize as roundToBlocks, quantizedGroups, type RoundedType } from "@qkv/gguf";
import { denseOf, type Params } from "@qkv/nn";
import { multipliesPacked, packCodes, testKernels, type Weight } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { PretrainedError } from "../files/pretrainedError.ts";

/** Numbers of a run of rows that is rounded at a time. */
const RUN_VALUES = 2 ** 18;

/** The errors of a rounded weight: root mean squares of the differences over those of the numbers. */
export interface RoundingErrors {
  readonly error: number;
  /** The same with the importance of each column; absent where there is none. */
  readonly weightedError?: number;
}

/**
 * Rounds a weight [O, I] to blocks, in place: packed where the backend multiplies them so, else as the floats that they
 * stand for. Memory holds its numbers besides.
 *
 * @param importance I numbers: the weight of each column's errors
 */
export async function roundWeight(
  params: Params,
  name: string,
  weight: Weight,
  type: RoundedType,
  importance: Float32Array | undefined,
): Promise<RoundingErrors> {
  const [rows = 0, columns = 0] = weight.shape as readonly number[];
  const numbers = await numbersOf(weight);
  const rounding = new Rounding(type, columns, importance);
  const format = formatOf(type);
  await testKernels([format]);
  if (multipliesPacked()) {
    params.pack(name, await packCodes(format, groupsOf(rounding, numbers), [rows, columns]));
  } else {
    const values = Float32Array.from(numbers); // on cpu the others are the tensor's own
    let at = 0;
    for (const { bytes, size } of rounding.runs(numbers)) dequantize(type, bytes, values.subarray(at, (at += size)));
    tf.tidy(() => (weight.parts.data as tf.Variable).assign(tf.tensor(values, [rows, columns])));
  }
  return rounding.errors;
}

async function numbersOf(weight: Weight): Promise<Float32Array> {
  const dense = denseOf(weight);
  try {
    return (await dense.data()) as Float32Array;
  } finally {
    dense.dispose();
  }
}

function formatOf(type: RoundedType) {
  const { bits, groupSize, zero, offsets } = quantizedGroups(type, new Uint8Array(GGML_TYPES[type].blockBytes));
  return { bits, groupSize, zero, hasOffsets: offsets !== undefined };
}

function* groupsOf(rounding: Rounding, numbers: Float32Array) {
  for (const { bytes } of rounding.runs(numbers)) yield quantizedGroups(rounding.type, bytes);
}

/** The rounding of a weight run by run, which adds up its errors. */
class Rounding {
  readonly type: RoundedType;
  readonly #columns: number;
  readonly #importance: Float32Array | undefined;
  #difference = 0;
  #square = 0;
  #weightedDifference = 0;
  #weightedSquare = 0;

  constructor(type: RoundedType, columns: number, importance: Float32Array | undefined) {
    this.type = type;
    this.#columns = columns;
    this.#importance = importance;
  }

  /** Rounds runs of whole strips of rows. */
  *runs(numbers: Float32Array) {
    const step = 4 * this.#columns * Math.max(1, Math.floor(RUN_VALUES / (4 * this.#columns)));
    for (let start = 0; start < numbers.length; start += step) {
      const run = numbers.subarray(start, start + step);
      const bytes = roundToBlocks(this.type, run, this.#importance);
      this.#add(run, dequantize(this.type, bytes));
      if (!Number.isFinite(this.#difference)) {
        throw new PretrainedError("expected numbers whose scale half precision holds, got larger ones");
      }
      yield { bytes, size: run.length };
    }
  }

  get errors(): RoundingErrors {
    const error = relative(this.#difference, this.#square);
    if (this.#importance === undefined) return { error };
    return { error, weightedError: relative(this.#weightedDifference, this.#weightedSquare) };
  }

  #add(run: Float32Array, rounded: Float32Array): void {
    const [importance, columns] = [this.#importance, this.#columns];
    for (let i = 0; i < run.length; i++) {
      const value = run[i] as number;
      const [difference, square] = [(value - (rounded[i] as number)) ** 2, value ** 2];
      this.#difference += difference;
      this.#square += square;
      if (importance === undefined) continue;
      const weight = importance[i % columns] as number;
      this.#weightedDifference += weight * difference;
      this.#weightedSquare += weight * square;
    }
  }
}

function relative(difference: number, square: number): number {
  return square === 0 ? 0 : Math.sqrt(difference / square);
}
