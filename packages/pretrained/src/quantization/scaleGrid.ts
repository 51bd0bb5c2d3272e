import type { Dtype } from "@qkv/safetensors";
import { PretrainedError } from "../files/pretrainedError.ts";
import type { StoredArray } from "../files/storedArray.ts";
import { neighbours } from "./columnGroups.ts";
import { finiteFloats, integers } from "./storedNumbers.ts";

/** Types of scales in files. */
export const SCALES: readonly Dtype[] = ["F32", "F16", "BF16"];

/** How many rows and columns of a matrix [O, I] share a scale, and a zero: one block of a grid. */
export interface ScaleGrid {
  /** [O, I] */
  readonly shape: readonly [rows: number, columns: number];
  readonly block: readonly [rows: number, columns: number];
}

/** How many blocks a grid has, along rows and columns; the last may be smaller. */
export function gridSizes({ shape, block }: ScaleGrid): readonly [down: number, across: number] {
  return [Math.ceil(shape[0] / block[0]), Math.ceil(shape[1] / block[1])];
}

/** The block of each column. */
export function gridColumns({ shape, block }: ScaleGrid): Int32Array {
  return neighbours(shape[1], block[1]);
}

/** Whether an array has a number for each block: [down, across], or fewer axes where one of them is 1. */
export function isOfGrid(grid: ScaleGrid, { shape }: StoredArray): boolean {
  const [down, across] = gridSizes(grid);
  const isPlain = shape.length <= 1 && (shape[0] ?? 1) === down && across === 1;
  return isPlain || (shape.length === 2 && shape[0] === down && shape[1] === across);
}

/** @throws PretrainedError if an array has not a number for each block */
export function expectGrid(name: string, grid: ScaleGrid, array: StoredArray): void {
  if (isOfGrid(grid, array)) return;
  throw new PretrainedError(`${name}: expected shape [${gridSizes(grid)}], got [${array.shape}]`);
}

/** Reads the numbers of a grid for rows `from` to `to`: [to - from, across]. */
export type GridRows = (from: number, to: number) => Promise<Float32Array>;

/** The numbers of an array of a grid, by rows of the matrix. */
export function gridRows(name: string, grid: ScaleGrid, array: StoredArray): GridRows {
  const isFloat = (SCALES as readonly string[]).includes(array.dtype);
  return rowsOfGrid(grid, async () =>
    isFloat ? finiteFloats(name, array) : Float32Array.from(await integers(name, array)),
  );
}

/**
 * The numbers of a grid's blocks, by rows of the matrix; they stay in memory until the last row is asked for.
 *
 * @param read reads them: [down, across]
 */
export function rowsOfGrid(grid: ScaleGrid, read: () => Promise<Float32Array>): GridRows {
  const [, across] = gridSizes(grid);
  let kept: Promise<Float32Array> | undefined;
  return async (from, to) => {
    const all = await (kept ??= read());
    if (to === grid.shape[0]) kept = undefined;
    const rows = new Float32Array((to - from) * across);
    for (let row = from; row < to; row++) {
      const at = Math.floor(row / grid.block[0]) * across;
      rows.set(all.subarray(at, at + across), (row - from) * across);
    }
    return rows;
  };
}
