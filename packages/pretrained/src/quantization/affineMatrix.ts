import type { PackedEntry } from "@qkv/nn";
import { type CodeGroups, packCodes } from "@qkv/ops";
import type { StoredArray } from "../files/storedArray.ts";
import { neighbours } from "./columnGroups.ts";
import { computedArray, rowRuns } from "./computedArray.ts";

/**
 * A matrix of codes in groups of columns: a number is `scale * (code - zero) + offset`, in float32 and in this order.
 * Codes lie as kernels take them: of 4 bits from 0 to 15, of 8 bits from -128 to 127.
 */
export interface AffineMatrix {
  /** [O, I] */
  readonly shape: readonly [rows: number, columns: number];
  readonly bits: 4 | 8;
  /** The code of zero; 0 where there are offsets. */
  readonly zero: number;
  readonly hasOffsets: boolean;
  /** How many groups a row has. */
  readonly groups: number;
  /** The group of each column; left out: neighbours, as many in each. */
  readonly groupOf?: Int32Array | undefined;
  /** Reads rows `from` to `to`, in order where all are asked for. */
  rows(from: number, to: number): Promise<AffineRows>;
}

/** Some rows of an {@link AffineMatrix}. */
export interface AffineRows {
  /** [rows, I] */
  readonly codes: Uint8Array | Int8Array;
  /** [rows, groups] */
  readonly scales: Float32Array;
  /** [rows, groups] */
  readonly offsets?: Float32Array;
}

/**
 * The matrix as an array: packed where 16 or 32 neighbours are always of one group, which kernels take, and as floats.
 *
 * @param where the array, for messages
 */
export function affineArray(where: string, matrix: AffineMatrix): StoredArray {
  const { shape } = matrix;
  const values = async (from: number, to: number) => valuesOf(matrix, await matrix.rows(from, to));
  return computedArray(where, { shape, dtype: "F32", values }, packedForm(matrix));
}

function valuesOf(
  { shape: [, columns], groups, groupOf = neighbours(columns, columns / groups), zero }: AffineMatrix,
  { codes, scales, offsets }: AffineRows,
): Float32Array {
  const values = new Float32Array(codes.length);
  for (let i = 0, first = 0; i < codes.length; first += groups) {
    for (let column = 0; column < columns; column++, i++) {
      const group = first + (groupOf[column] as number);
      const scaled = Math.fround((scales[group] as number) * ((codes[i] as number) - zero));
      values[i] = offsets === undefined ? scaled : scaled + (offsets[group] as number);
    }
  }
  return values;
}

function packedForm(matrix: AffineMatrix): PackedEntry | undefined {
  const { shape, bits, zero, hasOffsets } = matrix;
  const groupSize = ([32, 16] as const).find((size) => groupsOfRuns(matrix, size) !== undefined);
  if (groupSize === undefined || shape[1] % 32 !== 0) return undefined;
  const format = { bits, groupSize, zero, hasOffsets };
  const order = groupsOfRuns(matrix, groupSize) as Int32Array;
  return { format, read: () => packCodes(format, runsOf(matrix, groupSize, order), shape) };
}

/** The group of each run of `size` columns; undefined if there is a run with columns of two. */
function groupsOfRuns({ shape: [, columns], groups, groupOf }: AffineMatrix, size: number): Int32Array | undefined {
  const at = (column: number) => groupOf?.[column] ?? Math.floor((column * groups) / columns);
  const order = new Int32Array(Math.ceil(columns / size));
  for (let column = 0; column < columns; column++) {
    const run = Math.floor(column / size);
    if (column % size === 0) order[run] = at(column);
    else if (order[run] !== at(column)) return undefined;
  }
  return order;
}

async function* runsOf(matrix: AffineMatrix, groupSize: 32 | 16, order: Int32Array): AsyncGenerator<CodeGroups> {
  const { shape, bits, zero, groups } = matrix;
  for (const [from, to] of rowRuns(shape)) {
    const { codes, scales, offsets } = await matrix.rows(from, to);
    const spread = (values: Float32Array) => spreadGroups(values, groups, order);
    yield { bits, groupSize, zero, codes, scales: spread(scales), offsets: offsets && spread(offsets) };
  }
}

/** [rows, groups] -> [rows, runs] */
function spreadGroups(values: Float32Array, groups: number, order: Int32Array): Float32Array {
  const spread = new Float32Array((values.length / groups) * order.length);
  for (let i = 0, first = 0; i < spread.length; first += groups) {
    for (const group of order) spread[i++] = values[first + group] as number;
  }
  return spread;
}
