// Products of a few rows, as a decoder's steps and short sentences have them: B is read where it stands, since packing it
// would cost as much as the product.
import { fma, splat, sumLanes } from "./simd";
import { storeFour, storeOne } from "./storeMode";

const FEW: i32 = 8; // rows; above, a weight that comes from far memory is better packed
const SOME: i32 = 32; // above, packing is never slower
const NEAR: i32 = 1 << 20; // elements of B that caches may be expected to hold: 4 MB

/** Whether `thin` takes a product: few rows, A's contiguous, and B's columns or rows. */
// @ts-ignore: decorator
@inline
export function isThin(M: i32, N: i32, K: i32, cas: i32, rbs: i32, cbs: i32): bool {
  if (cas != 1) return false;
  if (M <= FEW) return rbs == 1 || cbs == 1;
  return M <= SOME && rbs == 1 && <i64>N * K <= NEAR;
}

/**
 * C[m, n] = sum over k of A[m * ras + k] * B[k * rbs + n * cbs], with bias and mode as in gemm. It may be given some
 * columns of a product, but no fewer rows than isThin was asked about: they decide how sums are rounded.
 */
export function thin(
  A: usize,
  B: usize,
  C: usize,
  M: i32,
  N: i32,
  K: i32,
  ras: i32,
  rbs: i32,
  cbs: i32,
  ldc: i32,
  bias: usize,
  mode: i32,
): void {
  if (rbs == 1) {
    if (M > FEW) pairs(A, <usize>ras << 2, B, <usize>cbs << 2, M, N, K, C, <usize>ldc << 2, bias, mode);
    else columns(A, <usize>ras << 2, B, <usize>cbs << 2, M, N, K, C, <usize>ldc << 2, bias, mode);
    return;
  }
  for (let m = 0; m < M; m++) {
    const c = C + (<usize>(m * ldc) << 2);
    const a = A + (<usize>(m * ras) << 2);
    let n = 0;
    for (; n + 16 <= N; n += 16) combine16(a, B + (<usize>n << 2), <usize>rbs << 2, K, c, n, bias, mode);
    for (; n + 4 <= N; n += 4) combine4(a, B + (<usize>n << 2), <usize>rbs << 2, K, c, n, bias, mode);
    for (; n < N; n++) {
      let sum: f32 = 0;
      for (let k = 0; k < K; k++) sum += load<f32>(a + (<usize>k << 2)) * load<f32>(B + (<usize>(k * rbs + n) << 2));
      storeOne(c + (<usize>n << 2), sum, bias == 0 ? 0 : bias + (<usize>n << 2), mode);
    }
  }
}

/** Column after column of B, each with all rows: so far memory is read twice as fast as with four columns at a time. */
function columns(
  A: usize,
  ras: usize,
  b: usize,
  step: usize,
  M: i32,
  N: i32,
  K: i32,
  C: usize,
  ldc: usize,
  bias: usize,
  mode: i32,
): void {
  for (let n = 0; n < N; n++) {
    let a = A;
    let c = C;
    let m = M;
    for (; m >= 4; m -= 4) {
      dots4(a, ras, b, K, c, ldc, bias, mode);
      a += ras << 2;
      c += ldc << 2;
    }
    for (; m > 0; m--) {
      storeOne(c, dot(a, b, K), bias, mode);
      a += ras;
      c += ldc;
    }
    b += step;
    C += 4;
    if (bias != 0) bias += 4;
  }
}

/** Two rows of A with four columns of B at a time: as fast as packed tiles, as long as B is near. */
function pairs(
  A: usize,
  ras: usize,
  b: usize,
  step: usize,
  M: i32,
  N: i32,
  K: i32,
  C: usize,
  ldc: usize,
  bias: usize,
  mode: i32,
): void {
  const whole = K & ~3;
  const end = <usize>whole << 2;
  let n = N;
  for (; n >= 4; n -= 4) {
    const b1 = b + step;
    const b2 = b1 + step;
    const b3 = b2 + step;
    let a = A;
    let c = C;
    let m = M;
    for (; m >= 2; m -= 2) {
      const a1 = a + ras;
      let s0 = splat(0);
      let s1 = splat(0);
      let s2 = splat(0);
      let s3 = splat(0);
      let t0 = splat(0);
      let t1 = splat(0);
      let t2 = splat(0);
      let t3 = splat(0);
      for (let at: usize = 0; at < end; at += 16) {
        const x = v128.load(a + at);
        const y = v128.load(a1 + at);
        const c0 = v128.load(b + at);
        const c1 = v128.load(b1 + at);
        const c2 = v128.load(b2 + at);
        const c3 = v128.load(b3 + at);
        s0 = fma(x, c0, s0);
        s1 = fma(x, c1, s1);
        s2 = fma(x, c2, s2);
        s3 = fma(x, c3, s3);
        t0 = fma(y, c0, t0);
        t1 = fma(y, c1, t1);
        t2 = fma(y, c2, t2);
        t3 = fma(y, c3, t3);
      }
      storeFour(c, f32x4.add(sums(s0, s1, s2, s3), rest(a, b, step, whole, K)), bias, mode);
      storeFour(c + ldc, f32x4.add(sums(t0, t1, t2, t3), rest(a1, b, step, whole, K)), bias, mode);
      a += ras << 1;
      c += ldc << 1;
    }
    if (m > 0) {
      storeOne(c, dot(a, b, K), bias, mode);
      storeOne(c + 4, dot(a, b1, K), bias == 0 ? 0 : bias + 4, mode);
      storeOne(c + 8, dot(a, b2, K), bias == 0 ? 0 : bias + 8, mode);
      storeOne(c + 12, dot(a, b3, K), bias == 0 ? 0 : bias + 12, mode);
    }
    b += step << 2;
    C += 16;
    if (bias != 0) bias += 16;
  }
  if (n > 0) columns(A, ras, b, step, M, n, K, C, ldc, bias, mode);
}

/** The sums of the lanes of four vectors. */
// @ts-ignore: decorator
@inline
function sums(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  const t0 = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7));
  const t1 = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(t0, t1, 0, 1, 4, 5), v128.shuffle<f32>(t0, t1, 2, 3, 6, 7));
}

/** What the last K % 4 elements add to the dot products of a with four columns of B, `step` bytes apart. */
// @ts-ignore: decorator
@inline
function rest(a: usize, b: usize, step: usize, from: i32, K: i32): v128 {
  let x = splat(0);
  for (let k = from; k < K; k++) {
    const at = b + (<usize>k << 2);
    let column = splat(load<f32>(at));
    column = f32x4.replace_lane(column, 1, load<f32>(at + step));
    column = f32x4.replace_lane(column, 2, load<f32>(at + step * 2));
    column = f32x4.replace_lane(column, 3, load<f32>(at + step * 3));
    x = fma(splat(load<f32>(a + (<usize>k << 2))), column, x);
  }
  return x;
}

/** A row of A with a column of B. */
// @ts-ignore: decorator
@inline
function dot(a: usize, b: usize, K: i32): f32 {
  let s0 = splat(0);
  let s1 = splat(0);
  let s2 = splat(0);
  let s3 = splat(0);
  let k = K;
  for (; k >= 16; k -= 16) {
    s0 = fma(v128.load(a), v128.load(b), s0);
    s1 = fma(v128.load(a, 16), v128.load(b, 16), s1);
    s2 = fma(v128.load(a, 32), v128.load(b, 32), s2);
    s3 = fma(v128.load(a, 48), v128.load(b, 48), s3);
    a += 64;
    b += 64;
  }
  for (; k >= 4; k -= 4) {
    s0 = fma(v128.load(a), v128.load(b), s0);
    a += 16;
    b += 16;
  }
  let sum = sumLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  for (; k > 0; k--) {
    sum += load<f32>(a) * load<f32>(b);
    a += 4;
    b += 4;
  }
  return sum;
}

/** Four rows of A, `step` bytes apart, with a column of B, which is read once. */
function dots4(a: usize, step: usize, b: usize, K: i32, c: usize, ldc: usize, bias: usize, mode: i32): void {
  let a1 = a + step;
  let a2 = a1 + step;
  let a3 = a2 + step;
  let s0 = splat(0);
  let s1 = splat(0);
  let s2 = splat(0);
  let s3 = splat(0);
  let t0 = splat(0);
  let t1 = splat(0);
  let t2 = splat(0);
  let t3 = splat(0);
  let k = K;
  for (; k >= 8; k -= 8) {
    const x = v128.load(b);
    s0 = fma(v128.load(a), x, s0);
    s1 = fma(v128.load(a1), x, s1);
    s2 = fma(v128.load(a2), x, s2);
    s3 = fma(v128.load(a3), x, s3);
    const y = v128.load(b, 16);
    t0 = fma(v128.load(a, 16), y, t0);
    t1 = fma(v128.load(a1, 16), y, t1);
    t2 = fma(v128.load(a2, 16), y, t2);
    t3 = fma(v128.load(a3, 16), y, t3);
    a += 32;
    a1 += 32;
    a2 += 32;
    a3 += 32;
    b += 32;
  }
  let sum = sums(f32x4.add(s0, t0), f32x4.add(s1, t1), f32x4.add(s2, t2), f32x4.add(s3, t3));
  for (; k > 0; k--) {
    let x = splat(load<f32>(a));
    x = f32x4.replace_lane(x, 1, load<f32>(a1));
    x = f32x4.replace_lane(x, 2, load<f32>(a2));
    x = f32x4.replace_lane(x, 3, load<f32>(a3));
    sum = fma(x, splat(load<f32>(b)), sum);
    a += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
    b += 4;
  }
  storeOne(c, f32x4.extract_lane(sum, 0), bias, mode);
  storeOne(c + ldc, f32x4.extract_lane(sum, 1), bias, mode);
  storeOne(c + 2 * ldc, f32x4.extract_lane(sum, 2), bias, mode);
  storeOne(c + 3 * ldc, f32x4.extract_lane(sum, 3), bias, mode);
}

/** A row of A with sixteen columns of B, whose rows are `step` bytes apart. */
function combine16(a: usize, b: usize, step: usize, K: i32, c: usize, n: i32, bias: usize, mode: i32): void {
  let s0 = splat(0);
  let s1 = splat(0);
  let s2 = splat(0);
  let s3 = splat(0);
  for (let k = K; k > 0; k--) {
    const x = v128.load32_splat(a);
    s0 = fma(x, v128.load(b), s0);
    s1 = fma(x, v128.load(b, 16), s1);
    s2 = fma(x, v128.load(b, 32), s2);
    s3 = fma(x, v128.load(b, 48), s3);
    a += 4;
    b += step;
  }
  const at = <usize>n << 2;
  const shift = bias == 0 ? 0 : bias + at;
  storeFour(c + at, s0, shift, mode);
  storeFour(c + at + 16, s1, bias == 0 ? 0 : shift + 16, mode);
  storeFour(c + at + 32, s2, bias == 0 ? 0 : shift + 32, mode);
  storeFour(c + at + 48, s3, bias == 0 ? 0 : shift + 48, mode);
}

/** A row of A with four columns of B. */
function combine4(a: usize, b: usize, step: usize, K: i32, c: usize, n: i32, bias: usize, mode: i32): void {
  let s = splat(0);
  for (let k = K; k > 0; k--) {
    s = fma(v128.load32_splat(a), v128.load(b), s);
    a += 4;
    b += step;
  }
  const at = <usize>n << 2;
  storeFour(c + at, s, bias == 0 ? 0 : bias + at, mode);
}
