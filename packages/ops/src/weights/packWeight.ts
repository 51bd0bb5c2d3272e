import * as tf from "@tensorflow/tfjs-core";
import { checkArray } from "../checks/argumentChecks.ts";
import { type CodeGroups, formatOfCodes, weave, wovenWords } from "./weave.ts";
import type { WeightFormat } from "./weight.ts";

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
  const words = new Int32Array(Math.ceil(halves.length / 2));
  new Uint16Array(words.buffer).set(halves);
  return { shape, format, data: tf.tensor1d(words, "int32") };
}

/** How many words of int32 hold a packed weight. @param shape [O, I] */
export function packedWords(format: PackedTensor["format"], shape: readonly [rows: number, columns: number]): number {
  checkArray("packedWords", "shape", shape);
  return typeof format === "string" ? Math.ceil((shape[0] * shape[1]) / 2) : wovenWords(format, shape);
}

/** Packs codes of whole rows. @param shape [O, I], I a multiple of 32 */
export function packCodes(groups: CodeGroups, shape: readonly [rows: number, columns: number]): PackedTensor {
  checkArray("packCodes", "shape", shape);
  const format = formatOfCodes(groups);
  const words = new Int32Array(wovenWords(format, shape));
  if (groups.codes.length !== shape[0] * shape[1]) {
    throw new RangeError(`packCodes: expected codes of [${shape}], got ${groups.codes.length}`);
  }
  weave(groups, shape[1], words);
  return { shape, format, data: tf.tensor1d(words, "int32") };
}
