// Products with a packed weight: a few rows by kernels that read it as it lies, more by gemm, whose packing unpacks it.
import { gemmScratch, packedWeightGemm } from "./gemm";
import { arrangeRow, halfRow } from "./halfRows";
import { F16, formatOf, isWoven, rowAt } from "./weightFormat";
import { roundRow, roundedBytes, wovenRows } from "./wovenRows";

const FEW: i32 = 8; // rows; above, unpacking a weight costs little beside its products

/**
 * The parts `from` to `to` of C = A Wᵀ + bias, A [M, K] row by row, W [N, K] packed as `layout` says: parts are blocks of
 * at most `blockRows` x `blockColumns`, counted row by row; `blockColumns` is a multiple of 4.
 */
export function packedProducts(
  A: usize,
  W: usize,
  C: usize,
  M: i32,
  N: i32,
  K: i32,
  layout: i32,
  zero: f32,
  bias: usize,
  mode: i32,
  blockRows: i32,
  blockColumns: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  const across = (N + blockColumns - 1) / blockColumns;
  const step = isWoven(layout) ? roundedBytes(K, layout) : <usize>K << 2;
  const isFew = M <= FEW && <usize>M * step <= <usize>gemmScratch();
  let ready = -1; // the first of the rows that are in scratch
  for (let part = from; part < to; part++) {
    const m = (part / across) * blockRows;
    const n = (part % across) * blockColumns;
    const rows = min(blockRows, M - m);
    const columns = min(blockColumns, N - n);
    const a = A + (<usize>(m * K) << 2);
    const c = C + (<usize>(m * N + n) << 2);
    const shift = bias == 0 ? 0 : bias + (<usize>n << 2);
    const weight = rowAt(W, n, K, layout);
    if (!isFew) {
      packedWeightGemm(a, weight, c, rows, columns, K, layout, zero, N, shift, mode, scratch);
      continue;
    }
    if (ready != m) prepare(a, scratch, step, rows, K, layout);
    ready = m;
    if (isWoven(layout)) wovenColumns(weight, scratch, step, rows, columns, K, layout, zero, c, N, shift, mode);
    else halfColumns(weight, scratch, step, rows, columns, K, layout, c, N, shift, mode);
  }
}

function prepare(A: usize, to: usize, step: usize, M: i32, K: i32, layout: i32): void {
  for (let m = 0; m < M; m++) {
    if (isWoven(layout)) roundRow(A, to, K, layout);
    else arrangeRow(A, to, K, formatOf(layout) == F16);
    A += <usize>K << 2;
    to += step;
  }
}

function wovenColumns(
  W: usize,
  x: usize,
  step: usize,
  M: i32,
  N: i32,
  K: i32,
  layout: i32,
  zero: f32,
  C: usize,
  ldc: i32,
  bias: usize,
  mode: i32,
): void {
  const stride = rowAt(0, 4, K, layout);
  for (let n = 0; n < N; n += 4) {
    wovenRows(W, x, step, M, K, layout, zero, C, <usize>ldc << 2, min(4, N - n), bias, mode);
    W += stride;
    C += 16;
    if (bias != 0) bias += 16;
  }
}

function halfColumns(
  W: usize,
  x: usize,
  step: usize,
  M: i32,
  N: i32,
  K: i32,
  layout: i32,
  C: usize,
  ldc: i32,
  bias: usize,
  mode: i32,
): void {
  const isF16 = formatOf(layout) == F16;
  for (let n = 0; n < N; n++) {
    halfRow(W, x, step, M, K, isF16, C, <usize>ldc << 2, bias, mode);
    W += <usize>K << 1;
    C += 4;
    if (bias != 0) bias += 4;
  }
}
