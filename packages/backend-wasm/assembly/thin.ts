// Products of a few rows, as a decoder's steps have them: B is read where it stands, since packing it would cost more
// than the product.
import { ADD, RELU } from "./gemm";
import { fma, splat, sumLanes } from "./simd";

const ROWS: i32 = 8; // above, packing pays

/** Whether `thin` takes a product: few rows, A's contiguous, and B's columns or rows. */
// @ts-ignore: decorator
@inline
export function isThin(M: i32, cas: i32, rbs: i32, cbs: i32): bool {
  return M <= ROWS && cas == 1 && (rbs == 1 || cbs == 1);
}

/** C[m, n] = sum over k of A[m * ras + k] * B[k * rbs + n * cbs], with bias and mode as in gemm. */
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
    for (let n = 0; n < N; n += 4) {
      const b = B + (<usize>(n * cbs) << 2);
      const shift = bias == 0 ? 0 : bias + (<usize>n << 2);
      const c = C + (<usize>n << 2);
      if (n + 4 <= N) {
        let m = 0;
        for (; m + 2 <= M; m += 2) {
          const at = <usize>(m * ldc) << 2;
          dots2(A + (<usize>(m * ras) << 2), <usize>ras << 2, b, <usize>cbs << 2, K, c + at, <usize>ldc << 2, shift, mode);
        }
        if (m < M) dots(A + (<usize>(m * ras) << 2), b, <usize>cbs << 2, K, c + (<usize>(m * ldc) << 2), shift, mode);
      } else {
        for (let j = 0; j < N - n; j++) {
          for (let m = 0; m < M; m++) {
            const sum = dot(A + (<usize>(m * ras) << 2), b + (<usize>(j * cbs) << 2), K);
            finish1(c + (<usize>(m * ldc + j) << 2), sum, shift == 0 ? 0 : shift + (<usize>j << 2), mode);
          }
        }
      }
    }
  } else {
    for (let m = 0; m < M; m++) {
      const c = C + (<usize>(m * ldc) << 2);
      const a = A + (<usize>(m * ras) << 2);
      let n = 0;
      for (; n + 16 <= N; n += 16) combine16(a, B + (<usize>n << 2), <usize>rbs << 2, K, c, n, bias, mode);
      for (; n + 4 <= N; n += 4) combine4(a, B + (<usize>n << 2), <usize>rbs << 2, K, c, n, bias, mode);
      for (; n < N; n++) {
        let sum: f32 = 0;
        for (let k = 0; k < K; k++) sum += load<f32>(a + (<usize>k << 2)) * load<f32>(B + (<usize>(k * rbs + n) << 2));
        finish1(c + (<usize>n << 2), sum, bias == 0 ? 0 : bias + (<usize>n << 2), mode);
      }
    }
  }
}

/** Brings four neighbours to C. */
// @ts-ignore: decorator
@inline
function finish(c: usize, x: v128, bias: usize, mode: i32): void {
  if (mode & ADD) x = f32x4.add(x, v128.load(c));
  if (bias != 0) x = f32x4.add(x, v128.load(bias));
  if (mode & RELU) x = f32x4.max(x, splat(0));
  v128.store(c, x);
}

// @ts-ignore: decorator
@inline
function finish1(c: usize, x: f32, bias: usize, mode: i32): void {
  if (mode & ADD) x += load<f32>(c);
  if (bias != 0) x += load<f32>(bias);
  if (mode & RELU) x = max<f32>(x, 0);
  store<f32>(c, x);
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

/** A row of A with four columns of B. */
function dots(a: usize, b: usize, step: usize, K: i32, c: usize, bias: usize, mode: i32): void {
  const b1 = b + step;
  const b2 = b1 + step;
  const b3 = b2 + step;
  const end = <usize>(K & ~3) << 2;
  let s0 = splat(0);
  let s1 = splat(0);
  let s2 = splat(0);
  let s3 = splat(0);
  for (let at: usize = 0; at < end; at += 16) {
    const x = v128.load(a + at);
    s0 = fma(x, v128.load(b + at), s0);
    s1 = fma(x, v128.load(b1 + at), s1);
    s2 = fma(x, v128.load(b2 + at), s2);
    s3 = fma(x, v128.load(b3 + at), s3);
  }
  finish(c, f32x4.add(sums(s0, s1, s2, s3), rest(a, b, step, K & ~3, K)), bias, mode);
}

/** Two rows of A with four columns of B: each of these is read once. */
function dots2(
  a: usize,
  rowStep: usize,
  b: usize,
  step: usize,
  K: i32,
  c: usize,
  ldc: usize,
  bias: usize,
  mode: i32,
): void {
  const a1 = a + rowStep;
  const b1 = b + step;
  const b2 = b1 + step;
  const b3 = b2 + step;
  const end = <usize>(K & ~3) << 2;
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
    let column = v128.load(b + at);
    s0 = fma(x, column, s0);
    t0 = fma(y, column, t0);
    column = v128.load(b1 + at);
    s1 = fma(x, column, s1);
    t1 = fma(y, column, t1);
    column = v128.load(b2 + at);
    s2 = fma(x, column, s2);
    t2 = fma(y, column, t2);
    column = v128.load(b3 + at);
    s3 = fma(x, column, s3);
    t3 = fma(y, column, t3);
  }
  finish(c, f32x4.add(sums(s0, s1, s2, s3), rest(a, b, step, K & ~3, K)), bias, mode);
  finish(c + ldc, f32x4.add(sums(t0, t1, t2, t3), rest(a1, b, step, K & ~3, K)), bias, mode);
}

// @ts-ignore: decorator
@inline
function dot(a: usize, b: usize, K: i32): f32 {
  const end = <usize>(K & ~3) << 2;
  let s = splat(0);
  for (let at: usize = 0; at < end; at += 16) s = fma(v128.load(a + at), v128.load(b + at), s);
  let sum = sumLanes(s);
  for (let at = end; at < <usize>K << 2; at += 4) sum += load<f32>(a + at) * load<f32>(b + at);
  return sum;
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
  finish(c + at, s0, shift, mode);
  finish(c + at + 16, s1, bias == 0 ? 0 : shift + 16, mode);
  finish(c + at + 32, s2, bias == 0 ? 0 : shift + 32, mode);
  finish(c + at + 48, s3, bias == 0 ? 0 : shift + 48, mode);
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
  finish(c + at, s, bias == 0 ? 0 : bias + at, mode);
}
