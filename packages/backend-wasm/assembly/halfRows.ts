// Products of a few rows with weights of 16 bits, which are multiplied as they are stored.
import { fma, splat, sumLanes } from "./simd";
import { storeOne } from "./storeMode";
import { halfAt } from "./weightFormat";

// The bits of an f16 become a float 2^-112 times too small, and exactly so for subnormal numbers too: x makes up for most.
const X_SCALE: u32 = 0x67800000; // 2^80
const Y_SCALE: u32 = 0x4f800000; // 2^32

/** Copies a row of x, of each eight columns the even ones before the odd ones, in the scale that the product wants. */
export function arrangeRow(x: usize, to: usize, K: i32, isF16: bool): void {
  const by = splat(isF16 ? reinterpret<f32>(X_SCALE) : 1);
  let k = K;
  for (; k >= 8; k -= 8) {
    const a = f32x4.mul(v128.load(x), by);
    const b = f32x4.mul(v128.load(x, 16), by);
    v128.store(to, v128.shuffle<f32>(a, b, 0, 2, 4, 6));
    v128.store(to, v128.shuffle<f32>(a, b, 1, 3, 5, 7), 16);
    x += 32;
    to += 32;
  }
  for (; k > 0; k--) {
    store<f32>(to, load<f32>(x));
    x += 4;
    to += 4;
  }
}

/** A row of halves at b with each of M arranged rows of x, `step` bytes apart: M numbers of C. */
export function halfRow(
  b: usize,
  x: usize,
  step: usize,
  M: i32,
  K: i32,
  isF16: bool,
  C: usize,
  ldc: usize,
  bias: usize,
  mode: i32,
): void {
  let m = M;
  for (; m >= 4; m -= 4) {
    if (isF16) fourF16(b, x, step, K, C, ldc, bias, mode);
    else fourBF16(b, x, step, K, C, ldc, bias, mode);
    x += step << 2;
    C += ldc << 2;
  }
  for (; m > 0; m--) {
    storeOne(C, isF16 ? dotF16(b, x, K) : dotBF16(b, x, K), bias, mode);
    x += step;
    C += ldc;
  }
}

function dotF16(b: usize, x: usize, K: i32): f32 {
  return dot(b, x, K, true);
}

function dotBF16(b: usize, x: usize, K: i32): f32 {
  return dot(b, x, K, false);
}

/** A row of halves with a row of x. */
// @ts-ignore: decorator
@inline
function dot(b: usize, x: usize, K: i32, isF16: bool): f32 {
  const keep = keptBits(K, isF16);
  let s0 = splat(0);
  let s1 = splat(0);
  let s2 = splat(0);
  let s3 = splat(0);
  let k = K;
  for (; k >= 16; k -= 16) {
    const v = v128.load(b);
    const u = v128.load(b, 16);
    s0 = fma(v128.load(x), even(v, keep, isF16), s0);
    s1 = fma(v128.load(x, 16), odd(v, keep, isF16), s1);
    s2 = fma(v128.load(x, 32), even(u, keep, isF16), s2);
    s3 = fma(v128.load(x, 48), odd(u, keep, isF16), s3);
    x += 64;
    b += 32;
  }
  if (k >= 8) {
    const v = v128.load(b);
    s0 = fma(v128.load(x), even(v, keep, isF16), s0);
    s1 = fma(v128.load(x, 16), odd(v, keep, isF16), s1);
    x += 32;
    b += 16;
    k -= 8;
  }
  return sumLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3))) * yScale(isF16) + rest(b, x, k, isF16);
}

/** The bits that a half has in a float's place: opaque, see wovenRows.ts. */
// @ts-ignore: decorator
@inline
function keptBits(K: i32, isF16: bool): v128 {
  return i32x4.splat(<i32>(isF16 ? 0x8fffe000 : 0xffff0000) + (K >>> 31));
}

/** The even ones of eight halves, as floats. */
// @ts-ignore: decorator
@inline
function even(halves: v128, keep: v128, isF16: bool): v128 {
  const high = i32x4.shl(halves, 16);
  return isF16 ? v128.and(i32x4.shr_s(high, 3), keep) : high;
}

/** The odd ones. */
// @ts-ignore: decorator
@inline
function odd(halves: v128, keep: v128, isF16: bool): v128 {
  return v128.and(isF16 ? i32x4.shr_s(halves, 3) : halves, keep);
}

// @ts-ignore: decorator
@inline
function yScale(isF16: bool): f32 {
  return isF16 ? reinterpret<f32>(Y_SCALE) : 1;
}

function fourF16(b: usize, x: usize, step: usize, K: i32, C: usize, ldc: usize, bias: usize, mode: i32): void {
  four(b, x, step, K, true, C, ldc, bias, mode);
}

function fourBF16(b: usize, x: usize, step: usize, K: i32, C: usize, ldc: usize, bias: usize, mode: i32): void {
  four(b, x, step, K, false, C, ldc, bias, mode);
}

/** A row of halves with four rows of x, `step` bytes apart: each half becomes a float once. */
// @ts-ignore: decorator
@inline
function four(
  b: usize,
  x: usize,
  step: usize,
  K: i32,
  isF16: bool,
  C: usize,
  ldc: usize,
  bias: usize,
  mode: i32,
): void {
  const keep = keptBits(K, isF16);
  let x1 = x + step;
  let x2 = x1 + step;
  let x3 = x2 + step;
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
    const v = v128.load(b);
    const e = even(v, keep, isF16);
    s0 = fma(v128.load(x), e, s0);
    s1 = fma(v128.load(x1), e, s1);
    s2 = fma(v128.load(x2), e, s2);
    s3 = fma(v128.load(x3), e, s3);
    const o = odd(v, keep, isF16);
    t0 = fma(v128.load(x, 16), o, t0);
    t1 = fma(v128.load(x1, 16), o, t1);
    t2 = fma(v128.load(x2, 16), o, t2);
    t3 = fma(v128.load(x3, 16), o, t3);
    x += 32;
    x1 += 32;
    x2 += 32;
    x3 += 32;
    b += 16;
  }
  const scale = yScale(isF16);
  storeOne(C, sumLanes(f32x4.add(s0, t0)) * scale + rest(b, x, k, isF16), bias, mode);
  storeOne(C + ldc, sumLanes(f32x4.add(s1, t1)) * scale + rest(b, x1, k, isF16), bias, mode);
  storeOne(C + ldc * 2, sumLanes(f32x4.add(s2, t2)) * scale + rest(b, x2, k, isF16), bias, mode);
  storeOne(C + ldc * 3, sumLanes(f32x4.add(s3, t3)) * scale + rest(b, x3, k, isF16), bias, mode);
}

/** The last columns, fewer than 8. */
// @ts-ignore: decorator
@inline
function rest(b: usize, x: usize, k: i32, isF16: bool): f32 {
  let sum: f32 = 0;
  for (; k > 0; k--) {
    sum += load<f32>(x) * halfAt(b, isF16);
    x += 4;
    b += 2;
  }
  return sum;
}
