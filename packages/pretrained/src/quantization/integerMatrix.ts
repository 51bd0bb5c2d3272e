import type { StoredArray } from "../files/storedArray.ts";
import { type AffineMatrix, affineArray } from "./affineMatrix.ts";
import { type GridRows, gridColumns, gridRows, gridSizes, type ScaleGrid } from "./scaleGrid.ts";

/** A matrix of whole numbers with a scale, and perhaps a zero, for each block of a grid: `scale * (code - zero)`. */
export interface IntegerMatrix extends ScaleGrid {
  /** Bits that hold its codes. */
  readonly bits: 4 | 8;
  /** What the codes that `codes` gives are more than the numbers: 8 of 4 bits, 0 of 8. */
  readonly shift: number;
  readonly scales: StoredArray;
  /** By what the stored scales are multiplied, in float32. Default 1. */
  readonly factor?: number;
  /** The zeros of blocks, by rows of the matrix; left out: they are 0. */
  readonly zeros?: GridRows | undefined;
  /** The group of each column, where they are no neighbours. */
  readonly groupOf?: Int32Array | undefined;
  /** Reads the codes of rows `from` to `to`. */
  codes(from: number, to: number): Promise<Uint8Array | Int8Array>;
}

/** The matrix as an array. @param name that of the scales, for messages */
export function integerArray(where: string, name: string, matrix: IntegerMatrix): StoredArray {
  const { shape, bits, shift, zeros, factor, groupOf = gridColumns(matrix) } = matrix;
  const [, groups] = gridSizes(matrix);
  const scaleRows = gridRows(name, matrix, matrix.scales);
  const rows: AffineMatrix["rows"] = async (from, to) => {
    const [codes, stored, zero] = await Promise.all([matrix.codes(from, to), scaleRows(from, to), zeros?.(from, to)]);
    const scales = factor === undefined ? stored : stored.map((scale) => scale * factor);
    const offsets = zero?.map((each, i) => -(each + shift) * (scales[i] as number));
    return { codes, scales, ...(offsets !== undefined && { offsets }) };
  };
  const hasOffsets = zeros !== undefined;
  return affineArray(where, { shape, bits, zero: hasOffsets ? 0 : shift, hasOffsets, groups, groupOf, rows });
}
