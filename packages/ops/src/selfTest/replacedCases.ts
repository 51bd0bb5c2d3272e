import * as tf from "@tensorflow/tfjs-core";
import { FLOAT32, type KernelCase } from "./kernelCase.ts";
import { plainProduct } from "./plainProduct.ts";
import { testNumbers } from "./testNumbers.ts";

/** [N, I]: whole vectors, and what is left over. */
const [ROWS, WIDTH] = [9, 37];

/** The numbers of a matrix by their places. */
function matrixOf(rows: number, columns: number, number: (row: number, column: number) => number): number[] {
  return Array.from({ length: rows * columns }, (_, i) => number(Math.floor(i / columns), i % columns));
}

/** Operations of tfjs, whose kernels a backend may have replaced. */
export function replacedCases(): readonly KernelCase[] {
  const x = testNumbers(ROWS * WIDTH, 1);
  const part = testNumbers(WIDTH, 2);
  const matrix = () => tf.tensor2d(x, [ROWS, WIDTH]);
  const at = (row: number, column: number): number => x[row * WIDTH + column] as number;
  const all: readonly (readonly [name: string, run: () => tf.Tensor, expected: () => ArrayLike<number>])[] = [
    ["BatchMatMul", () => tf.matMul(matrix(), matrix(), false, true), () => plainProduct(x, x, WIDTH)],
    [
      "Add",
      () => tf.add(matrix(), tf.tensor1d(part)),
      () => matrixOf(ROWS, WIDTH, (row, column) => at(row, column) + (part[column] as number)),
    ],
    [
      "Multiply",
      () => tf.mul(matrix(), tf.tensor1d(part)),
      () => matrixOf(ROWS, WIDTH, (row, column) => at(row, column) * (part[column] as number)),
    ],
    ["Sum of rows", () => tf.sum(matrix(), 1), () => plainProduct(x, new Float32Array(WIDTH).fill(1), WIDTH)],
    [
      "Sum of columns",
      () => tf.sum(matrix(), 0),
      () =>
        plainProduct(
          new Float32Array(ROWS).fill(1),
          matrixOf(WIDTH, ROWS, (column, row) => at(row, column)),
          ROWS,
        ),
    ],
    ["Transpose", () => tf.transpose(matrix()), () => matrixOf(WIDTH, ROWS, (column, row) => at(row, column))],
    [
      "Slice",
      () => tf.slice(matrix(), [2, 5], [3, 11]),
      () => matrixOf(3, 11, (row, column) => at(row + 2, column + 5)),
    ],
    ["Tile", () => tf.tile(matrix(), [2, 1]), () => [...x, ...x]],
  ];
  return all.map(([name, run, expected]) => {
    const [kernel = name] = name.split(" ");
    return { name, kernels: [kernel], tolerance: FLOAT32, hasFallback: true, make: () => ({ run, expected }) };
  });
}
