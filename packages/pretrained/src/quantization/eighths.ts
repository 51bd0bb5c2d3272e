import { type Dtype, toFloat32 } from "@qkv/safetensors";
import type { StoredArray } from "../files/storedArray.ts";
import { computedArray } from "./computedArray.ts";
import { gridColumns, gridRows, gridSizes, type ScaleGrid } from "./scaleGrid.ts";

/** Types of 8-bit floats in files. */
export const EIGHTHS: readonly Dtype[] = ["F8_E4M3", "F8_E5M2"];

/**
 * A matrix of 8-bit floats, each times the scale of its block, as floats.
 *
 * @param module the module that the matrix is of, for messages
 * @param name of the scales in the module
 */
export function eighthsArray(
  module: string,
  weight: StoredArray,
  grid: ScaleGrid,
  name: string,
  scales: StoredArray,
): StoredArray {
  const { shape } = grid;
  const dtype = weight.dtype as Dtype;
  const [[, columns], [, across]] = [shape, gridSizes(grid)];
  const [scaleRows, blockOf] = [gridRows(`${module}.${name}`, grid, scales), gridColumns(grid)];
  const values = async (from: number, to: number) => {
    const [bytes, scale] = await Promise.all([weight.readBytes(from * columns, to * columns), scaleRows(from, to)]);
    const numbers = toFloat32({ dtype, shape: [to - from, columns], bytes });
    for (let i = 0, first = 0; i < numbers.length; first += across) {
      for (let column = 0; column < columns; column++, i++) {
        numbers[i] = (numbers[i] as number) * (scale[first + (blockOf[column] as number)] as number);
      }
    }
    return numbers;
  };
  return computedArray(`${module}.weight`, { shape, dtype: "F32", values });
}
