// Between rows, which hold a position's heads side by side, and heads, each of which holds its positions in a row. Units
// are heads, counted over the batch.
import { packRow, rowBytes } from "./cachedRows";

/**
 * out [B, H, C, D] has in its first rows the past [B, H, P, D], unless that is 0 for being there already, and behind them
 * the rows x [B, L, H, D]; in the format of cachedRows.ts, where a past is there already.
 */
export function appendHeads(
  past: usize,
  x: usize,
  out: usize,
  P: i32,
  L: i32,
  C: i32,
  heads: i32,
  D: i32,
  format: i32,
  from: i32,
  to: i32,
): void {
  const bytes = <usize>D << 2;
  const outBytes = rowBytes(D, format);
  for (let n = from; n < to; n++) {
    let head = out + <usize>(n * C) * outBytes;
    if (past != 0) memory.copy(head, past + <usize>(n * P) * bytes, <usize>P * bytes);
    head += <usize>P * outBytes;
    let row = x + <usize>((n / heads) * L * heads + (n % heads)) * bytes;
    for (let i = 0; i < L; i++) {
      packRow(row, head, D, format);
      head += outBytes;
      row += <usize>heads * bytes;
    }
  }
}

/** out [B, L, H, D] has the rows of x [B, H, L, D]. */
export function mergeHeads(x: usize, out: usize, L: i32, heads: i32, D: i32, from: i32, to: i32): void {
  const bytes = <usize>D << 2;
  for (let n = from; n < to; n++) {
    let head = x + <usize>(n * L) * bytes;
    let row = out + <usize>((n / heads) * L * heads + (n % heads)) * bytes;
    for (let i = 0; i < L; i++) {
      memory.copy(row, head, bytes);
      head += bytes;
      row += <usize>heads * bytes;
    }
  }
}
