// C[m, n] = sum over k of A[m * ras + k * cas] * B[k * rbs + n * cbs], single precision, any strides.
//
// B is packed in panels of 8 columns, A in panels of MR rows, both zero-padded; an MR x 8 tile of C stays in registers, or,
// where an engine joins two vectors to one of 256 bits, an MR x 16 one of two panels. Each number of C is the same sum.
// KC x NC of B is meant to stay in the second-level cache, KC x MC of A beside it.
import { RELAXED, WIDE, fma } from "./simd";
import { ADD, RELU } from "./storeMode";
import { isThin, thin } from "./thin";
import { rowAt, unpackPanel } from "./weightFormat";
import { wideTile } from "./wideTile";

// As many rows as the 16 vector registers of x86 hold: multiply and add apart want one more than both in one.
const MR: i32 = RELAXED ? 6 : 5;
const KC: i32 = 256;
const NC: i32 = 512;
const MC: i32 = 60; // a multiple of MR

/** Bytes of scratch that gemm needs. */
export function gemmScratch(): i32 {
  return (KC * NC + KC * MC + MR * 16) * 4;
}

// @ts-ignore: decorator
@inline
function transpose4(from: usize, stride: usize, to: usize, step: usize): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from + stride);
  const r2 = v128.load(from + stride * 2);
  const r3 = v128.load(from + stride * 3);
  const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(t0, t2, 0, 1, 4, 5));
  v128.store(to + step, v128.shuffle<f32>(t0, t2, 2, 3, 6, 7));
  v128.store(to + step * 2, v128.shuffle<f32>(t1, t3, 0, 1, 4, 5));
  v128.store(to + step * 3, v128.shuffle<f32>(t1, t3, 2, 3, 6, 7));
}

/** Packs K x n (n <= 8) of B to K x 8. */
function packB(B: usize, p: usize, K: i32, n: i32, rbs: i32, cbs: i32): void {
  let k = 0;
  if (cbs == 1 && n == 8) {
    for (; k < K; k++) {
      const s = B + (<usize>(k * rbs) << 2);
      v128.store(p, v128.load(s));
      v128.store(p, v128.load(s, 16), 16);
      p += 32;
    }
  } else if (rbs == 1 && n == 8) {
    const stride = <usize>cbs << 2;
    for (; k + 4 <= K; k += 4) {
      const s = B + (<usize>k << 2);
      transpose4(s, stride, p, 32);
      transpose4(s + stride * 4, stride, p + 16, 32);
      p += 128;
    }
  }
  for (; k < K; k++) {
    for (let j = 0; j < 8; j++) {
      store<f32>(p + (<usize>j << 2), j < n ? load<f32>(B + (<usize>(k * rbs + j * cbs) << 2)) : 0);
    }
    p += 32;
  }
}

/** Packs m x K of A (m <= MC) to panels K x MR. */
function packA(A: usize, p: usize, K: i32, m: i32, ras: i32, cas: i32): void {
  const whole = m - (m % MR);
  const panel = <usize>(K * MR) << 2;
  if (ras == 1) {
    // Row by row of the transposed A: each of its pages is touched once.
    for (let k = 0; k < K; k++) {
      let from = A + (<usize>(k * cas) << 2);
      let to = p + (<usize>(k * MR) << 2);
      for (let i = 0; i < whole; i += MR) {
        v128.store(to, v128.load(from));
        store<f32>(to, load<f32>(from, 16), 16);
        if (MR == 6) store<f32>(to, load<f32>(from, 20), 20);
        from += MR << 2;
        to += panel;
      }
    }
  } else {
    for (let i = 0; i < whole; i += MR) {
      packPanel(A + (<usize>(i * ras) << 2), p + <usize>(i / MR) * panel, K, ras, cas);
    }
  }
  if (whole == m) return;
  let to = p + <usize>(whole / MR) * panel;
  for (let k = 0; k < K; k++) {
    for (let i = 0; i < MR; i++) {
      const row = whole + i;
      store<f32>(to + (<usize>i << 2), row < m ? load<f32>(A + (<usize>(row * ras + k * cas) << 2)) : 0);
    }
    to += MR << 2;
  }
}

/** Packs MR x K of A to K x MR. */
function packPanel(from: usize, to: usize, K: i32, ras: i32, cas: i32): void {
  const stride = <usize>ras << 2;
  let k = 0;
  if (cas == 1) {
    for (; k + 4 <= K; k += 4) {
      transpose4(from, stride, to, MR << 2);
      const fifth = v128.load(from + stride * 4);
      store<f32>(to, f32x4.extract_lane(fifth, 0), 16);
      store<f32>(to, f32x4.extract_lane(fifth, 1), 16 + MR * 4);
      store<f32>(to, f32x4.extract_lane(fifth, 2), 16 + MR * 8);
      store<f32>(to, f32x4.extract_lane(fifth, 3), 16 + MR * 12);
      if (MR == 6) {
        const sixth = v128.load(from + stride * 5);
        store<f32>(to, f32x4.extract_lane(sixth, 0), 20);
        store<f32>(to, f32x4.extract_lane(sixth, 1), 20 + MR * 4);
        store<f32>(to, f32x4.extract_lane(sixth, 2), 20 + MR * 8);
        store<f32>(to, f32x4.extract_lane(sixth, 3), 20 + MR * 12);
      }
      from += 16;
      to += MR << 4;
    }
  }
  for (; k < K; k++) {
    let row = from;
    for (let i = 0; i < MR; i++) {
      store<f32>(to + (<usize>i << 2), load<f32>(row));
      row += stride;
    }
    from += <usize>cas << 2;
    to += MR << 2;
  }
}

/**
 * An MR x 8 tile from a packed panel of A and one of B, written to `out` row by row.
 *
 * It does nothing else, and is exported so that the compiler does not inline it: with more in one function, V8 no
 * longer keeps the tile in registers (half the speed).
 */
export function tile(ap: usize, bp: usize, K: i32, out: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0);
  let c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0);
  let c51 = f32x4.splat(0);
  for (let k = K; k > 0; k--) {
    const b0 = v128.load(bp);
    const b1 = v128.load(bp, 16);
    const a0 = v128.load32_splat(ap, 0);
    c00 = fma(a0, b0, c00);
    c01 = fma(a0, b1, c01);
    const a1 = v128.load32_splat(ap, 4);
    c10 = fma(a1, b0, c10);
    c11 = fma(a1, b1, c11);
    const a2 = v128.load32_splat(ap, 8);
    c20 = fma(a2, b0, c20);
    c21 = fma(a2, b1, c21);
    const a3 = v128.load32_splat(ap, 12);
    c30 = fma(a3, b0, c30);
    c31 = fma(a3, b1, c31);
    const a4 = v128.load32_splat(ap, 16);
    c40 = fma(a4, b0, c40);
    c41 = fma(a4, b1, c41);
    if (MR == 6) {
      const a5 = v128.load32_splat(ap, 20);
      c50 = fma(a5, b0, c50);
      c51 = fma(a5, b1, c51);
    }
    ap += MR << 2;
    bp += 32;
  }
  v128.store(out, c00, 0);
  v128.store(out, c01, 16);
  v128.store(out, c10, 32);
  v128.store(out, c11, 48);
  v128.store(out, c20, 64);
  v128.store(out, c21, 80);
  v128.store(out, c30, 96);
  v128.store(out, c31, 112);
  v128.store(out, c40, 128);
  v128.store(out, c41, 144);
  if (MR == 6) {
    v128.store(out, c50, 160);
    v128.store(out, c51, 176);
  }
}

/** Brings m x n of a tile to C; `bias` points to n floats, or is 0. */
function place(from: usize, C: usize, ldc: i32, m: i32, n: i32, bias: usize, mode: i32): void {
  for (let i = 0; i < m; i++) {
    if (n == 8) {
      let low = v128.load(from);
      let high = v128.load(from, 16);
      if (mode & ADD) {
        low = f32x4.add(low, v128.load(C));
        high = f32x4.add(high, v128.load(C, 16));
      }
      if (bias != 0) {
        low = f32x4.add(low, v128.load(bias));
        high = f32x4.add(high, v128.load(bias, 16));
      }
      if (mode & RELU) {
        low = f32x4.max(low, f32x4.splat(0));
        high = f32x4.max(high, f32x4.splat(0));
      }
      v128.store(C, low);
      v128.store(C, high, 16);
    } else {
      for (let j = 0; j < n; j++) {
        const at = <usize>j << 2;
        let x = load<f32>(from + at);
        if (mode & ADD) x += load<f32>(C + at);
        if (bias != 0) x += load<f32>(bias + at);
        if (mode & RELU) x = max<f32>(x, 0);
        store<f32>(C + at, x);
      }
    }
    from += 32;
    C += <usize>ldc << 2;
  }
}

/**
 * The product; `mode` 1 adds it to what C holds, 2 applies relu; `bias` points to N floats, or is 0.
 * `padded` allows to write C up to the next multiple of 30 rows and 8 columns. K must not be 0.
 */
export function gemm(
  A: usize,
  B: usize,
  C: usize,
  M: i32,
  N: i32,
  K: i32,
  ras: i32,
  cas: i32,
  rbs: i32,
  cbs: i32,
  ldc: i32,
  bias: usize,
  mode: i32,
  padded: bool,
  scratch: usize,
): void {
  if (isThin(M, N, K, cas, rbs, cbs)) thin(A, B, C, M, N, K, ras, rbs, cbs, ldc, bias, mode);
  else packed(A, B, C, M, N, K, ras, cas, rbs, cbs, 0, 0, ldc, bias, mode, padded, scratch);
}

/** C = A Wᵀ + bias for a weight W [N, K] packed as `layout` says, whose numbers are unpacked where floats are packed. */
export function packedWeightGemm(
  A: usize,
  W: usize,
  C: usize,
  M: i32,
  N: i32,
  K: i32,
  layout: i32,
  zero: f32,
  ldc: i32,
  bias: usize,
  mode: i32,
  scratch: usize,
): void {
  packed(A, W, C, M, N, K, K, 1, 1, K, layout, zero, ldc, bias, mode, false, scratch);
}

function packed(
  A: usize,
  B: usize,
  C: usize,
  M: i32,
  N: i32,
  K: i32,
  ras: i32,
  cas: i32,
  rbs: i32,
  cbs: i32,
  layout: i32, // of a packed weight, else 0
  zero: f32,
  ldc: i32,
  bias: usize,
  mode: i32,
  padded: bool,
  scratch: usize,
): void {
  const packedA = scratch + (<usize>(KC * NC) << 2);
  const out = packedA + (<usize>(KC * MC) << 2);
  for (let n0 = 0; n0 < N; n0 += NC) {
    const nb = min(NC, N - n0);
    for (let k0 = 0; k0 < K; k0 += KC) {
      const kb = min(KC, K - k0);
      const last = k0 + kb == K;
      const how = (k0 > 0 ? ADD : mode & ADD) | (last ? mode & RELU : 0);
      for (let j = 0; j < nb; j += 8) {
        const panel = scratch + (<usize>(j * kb) << 2);
        const n = min(8, nb - j);
        if (layout == 0) packB(B + (<usize>(k0 * rbs + (n0 + j) * cbs) << 2), panel, kb, n, rbs, cbs);
        else unpackPanel(rowAt(B, n0 + j, K, layout), panel, K, k0, kb, n, layout, zero);
      }
      for (let m0 = 0; m0 < M; m0 += MC) {
        const mb = min(MC, M - m0);
        packA(A + (<usize>(m0 * ras + k0 * cas) << 2), packedA, kb, mb, ras, cas);
        let j = 0;
        if (WIDE) {
          for (; j + 8 < nb; j += 16) {
            const bp = scratch + (<usize>(j * kb) << 2);
            const n = padded ? 8 : min(8, nb - j - 8);
            const shift = last && bias != 0 ? bias + (<usize>(n0 + j) << 2) : 0;
            const next = shift == 0 ? 0 : shift + 32;
            for (let i = 0; i < mb; i += MR) {
              const to = C + (<usize>((m0 + i) * ldc + n0 + j) << 2);
              const m = padded ? MR : min(MR, mb - i);
              wideTile(packedA + (<usize>(i * kb) << 2), bp, bp + (<usize>kb << 5), kb, out);
              place(out, to, ldc, m, 8, shift, how);
              place(out + MR * 32, to + 32, ldc, m, n, next, how);
            }
          }
        }
        for (; j < nb; j += 8) {
          const n = padded ? 8 : min(8, nb - j);
          const shift = last && bias != 0 ? bias + (<usize>(n0 + j) << 2) : 0;
          for (let i = 0; i < mb; i += MR) {
            const to = C + (<usize>((m0 + i) * ldc + n0 + j) << 2);
            const m = padded ? MR : min(MR, mb - i);
            tile(packedA + (<usize>(i * kb) << 2), scratch + (<usize>(j * kb) << 2), kb, out);
            place(out, to, ldc, m, n, shift, how);
          }
        }
      }
    }
  }
}

/**
 * The parts `from` to `to` of products whose operands advance by sA and sB elements: a part is a block of at most
 * `blockRows` x `blockColumns` of one product, and the blocks of a product are counted row by row.
 * How a number is rounded does not depend on the size of the blocks.
 */
export function products(
  A: usize,
  B: usize,
  C: usize,
  sA: i32,
  sB: i32,
  M: i32,
  N: i32,
  K: i32,
  ras: i32,
  cas: i32,
  rbs: i32,
  cbs: i32,
  bias: usize,
  mode: i32,
  blockRows: i32,
  blockColumns: i32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  const across = (N + blockColumns - 1) / blockColumns;
  const blocks = across * ((M + blockRows - 1) / blockRows);
  const isThinOne = isThin(M, N, K, cas, rbs, cbs);
  for (let part = from; part < to; part++) {
    const batch = part / blocks;
    const m = ((part % blocks) / across) * blockRows;
    const n = ((part % blocks) % across) * blockColumns;
    const rows = min(blockRows, M - m);
    const columns = min(blockColumns, N - n);
    const a = A + (<usize>(batch * sA + m * ras) << 2);
    const b = B + (<usize>(batch * sB + n * cbs) << 2);
    const c = C + (<usize>(batch * M * N + m * N + n) << 2);
    const shift = bias == 0 ? 0 : bias + (<usize>n << 2);
    if (isThinOne) thin(a, b, c, rows, columns, K, ras, rbs, cbs, N, shift, mode);
    else packed(a, b, c, rows, columns, K, ras, cas, rbs, cbs, 0, 0, N, shift, mode, false, scratch);
  }
}
