import type { StoredArray } from "../files/storedArray.ts";
import { type AffineMatrix, affineArray } from "./affineMatrix.ts";
import { signedCodes } from "./signedCodes.ts";

/** The arrays of a {@link ColumnMajor} matrix, read whole: codes of neighbouring rows lie in one word. */
export interface ColumnMajorParts {
  /** The words of the codes. */
  readonly words: Uint32Array;
  /** [groups, O] */
  readonly scales: Float32Array;
  /** The zeros of the groups [groups, O]. */
  readonly zeros: Uint8Array;
}

/** A matrix whose groups are stored [groups, O], as those of GPTQ and AWQ: a number is `scale * (code - zero)`. */
export interface ColumnMajor {
  /** [O, I] */
  readonly shape: readonly [rows: number, columns: number];
  readonly bits: number;
  readonly groups: number;
  /** The group of each column; left out: neighbours, as many in each. */
  readonly groupOf?: Int32Array | undefined;
  /** The zero of all groups, if it is the same. */
  readonly zero?: number | undefined;
  read(): Promise<ColumnMajorParts>;
  /** Unpacks the codes of a row into `into` from `at` on. */
  unpackRow(words: Uint32Array, row: number, into: Uint8Array, at: number): void;
}

/**
 * The matrix as an array. What is read stays in memory until its last row is asked for.
 *
 * @param where the array, for messages
 */
export function columnMajorArray(where: string, matrix: ColumnMajor): StoredArray {
  const { shape, bits, groups, groupOf, zero } = matrix;
  const [held, shift] = bits > 4 ? [8 as const, 128] : [4 as const, 0];
  let kept: Promise<ColumnMajorParts> | undefined;
  const rows: AffineMatrix["rows"] = async (from, to) => {
    const { words, scales, zeros } = await (kept ??= matrix.read());
    if (to === shape[0]) kept = undefined;
    const codes = new Uint8Array((to - from) * shape[1]);
    for (let row = from; row < to; row++) matrix.unpackRow(words, row, codes, (row - from) * shape[1]);
    const scale = new Float32Array((to - from) * groups);
    const offsets = new Float32Array(zero === undefined ? scale.length : 0);
    for (let i = 0, row = from; row < to; row++) {
      for (let group = 0; group < groups; group++, i++) {
        const at = group * shape[0] + row;
        scale[i] = scales[at] as number;
        if (zero === undefined) offsets[i] = (shift - (zeros[at] as number)) * (scales[at] as number);
      }
    }
    return {
      codes: held === 8 ? signedCodes(codes) : codes,
      scales: scale,
      ...(zero === undefined && { offsets }),
    };
  };
  const hasOffsets = zero === undefined;
  return affineArray(where, {
    shape,
    bits: held,
    zero: hasOffsets ? 0 : zero - shift,
    hasOffsets,
    groups,
    groupOf,
    rows,
  });
}
