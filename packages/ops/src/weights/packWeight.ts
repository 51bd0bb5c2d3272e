import * as tf from "@tensorflow/tfjs-core";
import { checkArray } from "../checks/argumentChecks.ts";
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
  const exponent = format === "f16" ? 0x7c00 : 0x7f80;
  if (halves.some((half) => (half & exponent) === exponent)) {
    throw new RangeError(`packHalves: expected finite numbers, got one that is not`);
  }
  return { shape, format, data: tf.tensor1d(wordsOf(halves), "int32") };
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
 * Packs codes of whole rows, in runs of rows one after another: each but the last has a multiple of 4 rows.
 *
 * @param shape [O, I], I a multiple of 32
 * @throws RangeError if the runs have more or fewer rows, or are of several formats
 */
export function packCodes(runs: Iterable<CodeGroups>, shape: readonly [rows: number, columns: number]): PackedTensor {
  checkArray("packCodes", "shape", shape);
  const [rows, columns] = shape;
  let format: CodeFormat | undefined;
  let words = new Int32Array();
  let row = 0;
  for (const run of runs) {
    const its = formatOfCodes(run);
    format ??= its;
    if (words.length === 0) words = new Int32Array(wovenWords(format, shape));
    const isSame = JSON.stringify(its) === JSON.stringify(format);
    const count = run.codes.length / columns;
    if (!isSame || row % 4 !== 0 || !Number.isInteger(count) || row + count > rows) {
      throw new RangeError(
        `packCodes: expected runs of whole rows of [${shape}] in one format, got ${count} from ${row}`,
      );
    }
    weave(run, columns, words, row);
    row += count;
  }
  if (format === undefined || row < rows)
    throw new RangeError(`packCodes: expected codes of [${shape}], got ${row} rows`);
  return { shape, format, data: tf.tensor1d(words, "int32") };
}
