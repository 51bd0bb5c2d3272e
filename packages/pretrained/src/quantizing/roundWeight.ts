import { dequantize, GGML_TYPES, quantize as roundToBlocks, quantizedGroups, type RoundedType } from "@qkv/gguf";
import { denseOf, type Params } from "@qkv/nn";
import { multipliesPacked, packCodes, type Weight } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { PretrainedError } from "../files/pretrainedError.ts";

/** Numbers of a run of rows that is rounded at a time. */
const RUN_VALUES = 2 ** 18;

/**
 * Rounds a weight [O, I] to blocks, in place: packed where the backend multiplies them so, else as the floats that they
 * stand for. Memory holds its numbers besides.
 *
 * @returns the root mean square of the differences over that of the numbers
 */
export async function roundWeight(params: Params, name: string, weight: Weight, type: RoundedType): Promise<number> {
  const [rows = 0, columns = 0] = weight.shape as readonly number[];
  const numbers = await numbersOf(weight);
  const sums = { difference: 0, square: 0 };
  if (multipliesPacked()) {
    const format = formatOf(type);
    params.pack(name, await packCodes(format, groupsOf(numbers, columns, type, sums), [rows, columns]));
  } else {
    for (const { run, bytes } of runsOf(numbers, columns, type, sums)) dequantize(type, bytes, run);
    tf.tidy(() => (weight.parts.data as tf.Variable).assign(tf.tensor(numbers, [rows, columns])));
  }
  return sums.square === 0 ? 0 : Math.sqrt(sums.difference / sums.square);
}

async function numbersOf(weight: Weight): Promise<Float32Array> {
  const dense = denseOf(weight);
  try {
    return Float32Array.from((await dense.data()) as Float32Array);
  } finally {
    dense.dispose();
  }
}

function formatOf(type: RoundedType) {
  const { bits, groupSize, zero, offsets } = quantizedGroups(type, new Uint8Array(GGML_TYPES[type].blockBytes));
  return { bits, groupSize, zero, hasOffsets: offsets !== undefined };
}

interface Sums {
  difference: number;
  square: number;
}

function* groupsOf(numbers: Float32Array, columns: number, type: RoundedType, sums: Sums) {
  for (const { bytes } of runsOf(numbers, columns, type, sums)) yield quantizedGroups(type, bytes);
}

/** Rounds runs of whole strips of rows, and adds up their errors. */
function* runsOf(numbers: Float32Array, columns: number, type: RoundedType, sums: Sums) {
  const step = 4 * columns * Math.max(1, Math.floor(RUN_VALUES / (4 * columns)));
  for (let start = 0; start < numbers.length; start += step) {
    const run = numbers.subarray(start, start + step);
    const bytes = roundToBlocks(type, run);
    addErrors(run, dequantize(type, bytes), sums);
    if (!Number.isFinite(sums.difference)) {
      throw new PretrainedError("expected numbers whose scale half precision holds, got larger ones");
    }
    yield { run, bytes };
  }
}

function addErrors(run: Float32Array, rounded: Float32Array, sums: Sums): void {
  for (let i = 0; i < run.length; i++) {
    const value = run[i] as number;
    sums.difference += (value - (rounded[i] as number)) ** 2;
    sums.square += value ** 2;
  }
}
