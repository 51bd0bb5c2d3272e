import type * as tf from "@tensorflow/tfjs-core";
import { checkArray, checkRecord } from "../checks/argumentChecks.ts";
import { tensorFromParts, tensorFromWords, type TensorPart } from "../tensorFromParts.ts";
import { type CodeGroups, formatOfCodes, weave, wovenWords } from "./weave.ts";
import type { CodeFormat, WeightFormat } from "./weight.ts";

/** The stored words of a weight, and how to read them. */
export interface PackedTensor {
  /** [O, I] */
  readonly shape: readonly [rows: number, columns: number];
  readonly format: Exclude<WeightFormat, "f32">;
  /** [words] int32 */
  readonly data: tf.Tensor1D;
}

/**
 * Packs halves as they are stored in files.
 *
 * @param halves O * I of them, row by row
 * @throws RangeError if one is infinite or no number, which kernels for halves do not read
 */
export function packHalves(
  format: "f16" | "bf16",
  halves: Uint16Array,
  shape: readonly [rows: number, columns: number],
): PackedTensor {
  checkArray("packHalves", "shape", shape);
  if (halves.length !== shape[0] * shape[1]) {
    throw new RangeError(`packHalves: expected [${shape}], got ${halves.length} halves`);
  }
  checkFinite("packHalves", format, halves);
  return { shape, format, data: tensorFromWords(wordsOf(halves)) };
}

/**
 * Packs halves in parts, of which each but the last has an even number. Where the backend takes tensors in parts, memory holds the
 * words and one part.
 *
 * @param parts O * I halves, row by row; memory that may be used again for the next
 * @throws RangeError as {@link packHalves}, or if there are more or fewer
 */
export async function packHalfParts(
  format: "f16" | "bf16",
  parts: Iterable<Uint16Array> | AsyncIterable<Uint16Array>,
  shape: readonly [rows: number, columns: number],
): Promise<PackedTensor> {
  checkArray("packHalfParts", "shape", shape);
  const words = [packedWords(format, shape)];
  const data = await tensorFromParts(words, halfParts(format, parts, shape[0] * shape[1]), "int32");
  return { shape, format, data: data as tf.Tensor1D };
}

async function* halfParts(
  format: "f16" | "bf16",
  parts: Iterable<Uint16Array> | AsyncIterable<Uint16Array>,
  size: number,
): AsyncGenerator<TensorPart> {
  let count = 0;
  for await (const halves of parts) {
    const isOdd = count % 2 !== 0;
    count += halves.length;
    if (isOdd || count > size) {
      throw new RangeError(`packHalfParts: expected ${size} halves in parts of even numbers, got ${count}`);
    }
    checkFinite("packHalfParts", format, halves);
    yield {
      length: Math.ceil(halves.length / 2),
      fill: (into) => {
        const words = new Uint16Array(into.buffer, into.byteOffset, 2 * into.length);
        words.fill(0, halves.length); // beyond the last
        words.set(halves);
      },
    };
  }
  if (count < size) throw new RangeError(`packHalfParts: expected ${size} halves, got ${count}`);
}

function checkFinite(who: string, format: "f16" | "bf16", halves: Uint16Array): void {
  const exponent = format === "f16" ? 0x7c00 : 0x7f80;
  if (halves.some((half) => (half & exponent) === exponent)) {
    throw new RangeError(`${who}: expected finite numbers, got one that is not`);
  }
}

/** The words that halves are the bytes of: the same memory where it holds whole words. */
function wordsOf(halves: Uint16Array): Int32Array {
  const { buffer, byteOffset, length } = halves;
  if (byteOffset % 4 === 0 && length % 2 === 0) return new Int32Array(buffer, byteOffset, length / 2);
  const words = new Int32Array(Math.ceil(length / 2));
  new Uint16Array(words.buffer).set(halves);
  return words;
}

/** How many words of int32 hold a packed weight. @param shape [O, I] */
export function packedWords(format: PackedTensor["format"], shape: readonly [rows: number, columns: number]): number {
  checkArray("packedWords", "shape", shape);
  return typeof format === "string" ? Math.ceil((shape[0] * shape[1]) / 2) : wovenWords(format, shape);
}

/**
 * Packs codes of whole rows, in runs of rows one after another: each but the last has a multiple of 4 rows. Where the backend
 * takes tensors in parts, memory holds the words and one run.
 *
 * @param shape [O, I], I a multiple of 32
 * @throws RangeError if the runs have more or fewer rows, or another format, or if there are offsets and a zero, which products
 *   pass over: the offsets are to have its share
 */
export async function packCodes(
  format: CodeFormat,
  runs: Iterable<CodeGroups> | AsyncIterable<CodeGroups>,
  shape: readonly [rows: number, columns: number],
): Promise<PackedTensor> {
  checkRecord("packCodes", "format", format);
  checkArray("packCodes", "shape", shape);
  if (format.hasOffsets && format.zero !== 0) {
    throw new RangeError(`packCodes: expected a zero of 0 where there are offsets, got ${format.zero}`);
  }
  const words = [wovenWords(format, shape)];
  return { shape, format, data: (await tensorFromParts(words, partsOf(format, runs, shape), "int32")) as tf.Tensor1D };
}

async function* partsOf(
  format: CodeFormat,
  runs: Iterable<CodeGroups> | AsyncIterable<CodeGroups>,
  [rows, columns]: readonly [rows: number, columns: number],
): AsyncGenerator<TensorPart> {
  let row = 0;
  for await (const run of runs) {
    const count = run.codes.length / columns;
    const isSame = isEqual(formatOfCodes(run), format);
    if (!isSame || row % 4 !== 0 || !Number.isInteger(count) || row + count > rows) {
      throw new RangeError(
        `packCodes: expected runs of whole rows of [${rows}, ${columns}] in one format, got ${count} rows after ${row}`,
      );
    }
    yield {
      length: wovenWords(format, [count, columns]),
      fill: (into) => {
        if (count % 4 !== 0) into.fill(0); // rows beyond the last
        weave(run, columns, new Int32Array(into.buffer, into.byteOffset, into.length));
      },
    };
    row += count;
  }
  if (row < rows) throw new RangeError(`packCodes: expected codes of ${rows} rows, got ${row}`);
}

function isEqual(a: CodeFormat, b: CodeFormat): boolean {
  return (["bits", "groupSize", "zero", "hasOffsets"] as const).every((key) => a[key] === b[key]);
}
