// Products of a few rows with weights of 4 and 8 bits, by whole numbers: each row of x is rounded to codes first, in groups of
// 32 columns that each have a scale of their own. Of 8 bits, x has 16; of 4 bits it has 8, as in llama.cpp. The sums of a
// block are exact, so that nothing depends on the engine but how scaled sums are added up.
import { RELAXED, fma, splat } from "./simd";
import { storeLanes } from "./storeMode";
import { BLOCK, INT4, blockBytes, formatOf, hasOffsets, hasSixteens } from "./weightFormat";

// Codes of 8 bits are stored as 16 where relaxed SIMD cannot multiply them as they are.
const CODES8: usize = RELAXED ? 32 : 64;
const CODES16: usize = 64;
const SUMS: usize = 16; // behind the codes: the scale; the sums of the rounded x over the first 16 columns, the last, all

/** Bytes that a row of x takes, rounded for a weight of such a layout. */
export function roundedBytes(K: i32, layout: i32): usize {
  return <usize>(K / BLOCK) * ((formatOf(layout) == INT4 ? CODES8 : CODES16) + SUMS);
}

/** Rounds a row of x for a weight of such a layout. */
export function roundRow(x: usize, to: usize, K: i32, layout: i32): void {
  if (formatOf(layout) == INT4) roundGroups(x, to, K, 127, RELAXED);
  else roundGroups(x, to, K, 32767, false);
}

// @ts-ignore: decorator
@inline
function roundGroups(x: usize, to: usize, K: i32, range: f32, isNarrow: bool): void {
  for (let k = K; k > 0; k -= BLOCK) {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    const x2 = v128.load(x, 32);
    const x3 = v128.load(x, 48);
    const x4 = v128.load(x, 64);
    const x5 = v128.load(x, 80);
    const x6 = v128.load(x, 96);
    const x7 = v128.load(x, 112);
    const top = largest(larger(larger(x0, x1, x2, x3), larger(x4, x5, x6, x7), x0, x0));
    const inverse = splat(top > 1e-30 ? range / top : 0); // of smaller numbers the inverse is none
    const scale: f32 = top > 1e-30 || top != top ? top / range : 0;
    const q0 = rounded(x0, inverse);
    const q1 = rounded(x1, inverse);
    const q2 = rounded(x2, inverse);
    const q3 = rounded(x3, inverse);
    const q4 = rounded(x4, inverse);
    const q5 = rounded(x5, inverse);
    const q6 = rounded(x6, inverse);
    const q7 = rounded(x7, inverse);
    const first = i16x8.narrow_i32x4_s(q0, q1);
    const second = i16x8.narrow_i32x4_s(q2, q3);
    const third = i16x8.narrow_i32x4_s(q4, q5);
    const fourth = i16x8.narrow_i32x4_s(q6, q7);
    if (isNarrow) {
      v128.store(to, i8x16.narrow_i16x8_s(first, second));
      v128.store(to, i8x16.narrow_i16x8_s(third, fourth), 16);
      to += CODES8;
    } else {
      v128.store(to, first);
      v128.store(to, second, 16);
      v128.store(to, third, 32);
      v128.store(to, fourth, 48);
      to += CODES16;
    }
    const low = scale * <f32>lanesOf(i32x4.add(i32x4.add(q0, q1), i32x4.add(q2, q3)));
    const high = scale * <f32>lanesOf(i32x4.add(i32x4.add(q4, q5), i32x4.add(q6, q7)));
    store<f32>(to, scale);
    store<f32>(to, low, 4);
    store<f32>(to, high, 8);
    store<f32>(to, low + high, 12);
    to += SUMS;
    x += 4 * BLOCK;
  }
}

// @ts-ignore: decorator
@inline
function larger(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.max(f32x4.max(f32x4.abs(a), f32x4.abs(b)), f32x4.max(f32x4.abs(c), f32x4.abs(d)));
}

// @ts-ignore: decorator
@inline
function largest(x: v128): f32 {
  return max(
    max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}

// @ts-ignore: decorator
@inline
function rounded(x: v128, inverse: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(x, inverse)));
}

// @ts-ignore: decorator
@inline
function lanesOf(x: v128): i32 {
  return (
    i32x4.extract_lane(x, 0) + i32x4.extract_lane(x, 1) + (i32x4.extract_lane(x, 2) + i32x4.extract_lane(x, 3))
  );
}

/** Four woven rows at b with each of M rounded rows of x, `step` bytes apart: M times n (at most 4) numbers of C. */
export function wovenRows(
  b: usize,
  x: usize,
  step: usize,
  M: i32,
  K: i32,
  layout: i32,
  zero: f32,
  C: usize,
  ldc: usize,
  n: i32,
  bias: usize,
  mode: i32,
): void {
  for (let m = 0; m < M; m++) {
    storeLanes(C, product(b, x, K, layout, zero), n, bias, mode);
    x += step;
    C += ldc;
  }
}

// @ts-ignore: decorator
@inline
function product(b: usize, x: usize, K: i32, layout: i32, zero: f32): v128 {
  if (formatOf(layout) == INT4) {
    if (hasSixteens(layout)) return hasOffsets(layout) ? sixteens4Offset(b, x, K, zero) : sixteens4(b, x, K, zero);
    return hasOffsets(layout) ? groups4Offset(b, x, K, zero) : groups4(b, x, K, zero);
  }
  if (hasSixteens(layout)) return hasOffsets(layout) ? sixteens8Offset(b, x, K, zero) : sixteens8(b, x, K, zero);
  return hasOffsets(layout) ? groups8Offset(b, x, K, zero) : groups8(b, x, K, zero);
}

// One function for each layout: its loop keeps to the registers, and the engine compiles what is used.
function groups4(b: usize, x: usize, K: i32, zero: f32): v128 {
  return blocks4(b, x, K, zero, false, false);
}

function groups4Offset(b: usize, x: usize, K: i32, zero: f32): v128 {
  return blocks4(b, x, K, zero, false, true);
}

function sixteens4(b: usize, x: usize, K: i32, zero: f32): v128 {
  return blocks4(b, x, K, zero, true, false);
}

function sixteens4Offset(b: usize, x: usize, K: i32, zero: f32): v128 {
  return blocks4(b, x, K, zero, true, true);
}

function groups8(b: usize, x: usize, K: i32, zero: f32): v128 {
  return blocks8(b, x, K, zero, false, false);
}

function groups8Offset(b: usize, x: usize, K: i32, zero: f32): v128 {
  return blocks8(b, x, K, zero, false, true);
}

function sixteens8(b: usize, x: usize, K: i32, zero: f32): v128 {
  return blocks8(b, x, K, zero, true, false);
}

function sixteens8Offset(b: usize, x: usize, K: i32, zero: f32): v128 {
  return blocks8(b, x, K, zero, true, true);
}

/** A constant that V8 keeps in a register: what it sees to be constant it makes anew at each use in a loop. */
// @ts-ignore: decorator
@inline
function opaque(bits: i32, K: i32): v128 {
  return i32x4.splat(bits + (K >>> 31));
}

// @ts-ignore: decorator
@inline
function blocks4(b: usize, x: usize, K: i32, zero: f32, isSixteens: bool, isOffset: bool): v128 {
  const mask = opaque(0x0f0f0f0f, K);
  const step: usize = 64 + (isSixteens ? 32 : 16) * (isOffset ? 2 : 1);
  const sums = RELAXED ? CODES8 : CODES16;
  let s = splat(0);
  let rest = splat(0); // what the zero, or the offsets, contribute
  for (let k = K; k > 0; k -= BLOCK) {
    let low: v128;
    let high: v128;
    if (RELAXED) {
      const w0 = v128.load(b);
      const w1 = v128.load(b, 16);
      const w2 = v128.load(b, 32);
      const w3 = v128.load(b, 48);
      let p = i16x8.relaxed_dot_i8x16_i7x16_s(v128.load32_splat(x), v128.and(w0, mask));
      let q = i16x8.relaxed_dot_i8x16_i7x16_s(v128.load32_splat(x, 16), v128.and(i16x8.shr_u(w0, 4), mask));
      p = i16x8.add(p, i16x8.relaxed_dot_i8x16_i7x16_s(v128.load32_splat(x, 4), v128.and(w1, mask)));
      q = i16x8.add(q, i16x8.relaxed_dot_i8x16_i7x16_s(v128.load32_splat(x, 20), v128.and(i16x8.shr_u(w1, 4), mask)));
      p = i16x8.add(p, i16x8.relaxed_dot_i8x16_i7x16_s(v128.load32_splat(x, 8), v128.and(w2, mask)));
      q = i16x8.add(q, i16x8.relaxed_dot_i8x16_i7x16_s(v128.load32_splat(x, 24), v128.and(i16x8.shr_u(w2, 4), mask)));
      p = i16x8.add(p, i16x8.relaxed_dot_i8x16_i7x16_s(v128.load32_splat(x, 12), v128.and(w3, mask)));
      q = i16x8.add(q, i16x8.relaxed_dot_i8x16_i7x16_s(v128.load32_splat(x, 28), v128.and(i16x8.shr_u(w3, 4), mask)));
      // Eight products of at most 15 * 128 and their neighbours fit in 16 bits.
      if (isSixteens) {
        low = i32x4.extadd_pairwise_i16x8_s(p);
        high = i32x4.extadd_pairwise_i16x8_s(q);
      } else {
        low = i32x4.extadd_pairwise_i16x8_s(i16x8.add(p, q));
        high = low;
      }
    } else {
      const v0 = v128.load(b);
      const v1 = v128.load(b, 16);
      const v2 = v128.load(b, 32);
      const v3 = v128.load(b, 48);
      low = pairs(
        i32x4.add(i32x4.add(first(v0, mask, x), first(v1, mask, x + 8)), i32x4.add(first(v2, mask, x + 16), first(v3, mask, x + 24))),
        i32x4.add(i32x4.add(last(v0, mask, x), last(v1, mask, x + 8)), i32x4.add(last(v2, mask, x + 16), last(v3, mask, x + 24))),
      );
      const h0 = i16x8.shr_u(v0, 4);
      const h1 = i16x8.shr_u(v1, 4);
      const h2 = i16x8.shr_u(v2, 4);
      const h3 = i16x8.shr_u(v3, 4);
      high = pairs(
        i32x4.add(i32x4.add(first(h0, mask, x + 32), first(h1, mask, x + 40)), i32x4.add(first(h2, mask, x + 48), first(h3, mask, x + 56))),
        i32x4.add(i32x4.add(last(h0, mask, x + 32), last(h1, mask, x + 40)), i32x4.add(last(h2, mask, x + 48), last(h3, mask, x + 56))),
      );
      if (!isSixteens) low = i32x4.add(low, high);
    }
    const scale = v128.load32_splat(x + sums);
    const d = v128.load(b, 64);
    s = fma(f32x4.mul(d, scale), f32x4.convert_i32x4_s(low), s);
    if (isSixteens) {
      const e = v128.load(b, 80);
      s = fma(f32x4.mul(e, scale), f32x4.convert_i32x4_s(high), s);
      rest = fma(isOffset ? v128.load(b, 96) : d, v128.load32_splat(x + sums, 4), rest);
      rest = fma(isOffset ? v128.load(b, 112) : e, v128.load32_splat(x + sums, 8), rest);
    } else {
      rest = fma(isOffset ? v128.load(b, 80) : d, v128.load32_splat(x + sums, 12), rest);
    }
    x += sums + SUMS;
    b += step;
  }
  return isOffset ? f32x4.add(s, rest) : f32x4.sub(s, f32x4.mul(rest, splat(zero)));
}

/** Rows 0 and 1 of a vector of codes from 0 to 15 with four columns of x. */
// @ts-ignore: decorator
@inline
function first(codes: v128, mask: v128, x: usize): v128 {
  return i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(v128.and(codes, mask)), v128.load64_splat(x));
}

/** Rows 2 and 3. */
// @ts-ignore: decorator
@inline
function last(codes: v128, mask: v128, x: usize): v128 {
  return i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(v128.and(codes, mask)), v128.load64_splat(x));
}

/** The sums of the pairs of lanes of two vectors. */
// @ts-ignore: decorator
@inline
function pairs(p: v128, q: v128): v128 {
  return i32x4.add(v128.shuffle<i32>(p, q, 0, 2, 4, 6), v128.shuffle<i32>(p, q, 1, 3, 5, 7));
}

// @ts-ignore: decorator
@inline
function blocks8(b: usize, x: usize, K: i32, zero: f32, isSixteens: bool, isOffset: bool): v128 {
  const step: usize = 128 + (isSixteens ? 32 : 16) * (isOffset ? 2 : 1);
  let s = splat(0);
  let rest = splat(0);
  for (let k = K; k > 0; k -= BLOCK) {
    const low = half8(b, x);
    const high = half8(b + 64, x + 32);
    const scale = v128.load32_splat(x, 64);
    const d = v128.load(b, 128);
    if (isSixteens) {
      const e = v128.load(b, 144);
      s = fma(f32x4.mul(d, scale), f32x4.convert_i32x4_s(low), s);
      s = fma(f32x4.mul(e, scale), f32x4.convert_i32x4_s(high), s);
      rest = fma(isOffset ? v128.load(b, 160) : d, v128.load32_splat(x, 68), rest);
      rest = fma(isOffset ? v128.load(b, 176) : e, v128.load32_splat(x, 72), rest);
    } else {
      s = fma(f32x4.mul(d, scale), f32x4.convert_i32x4_s(i32x4.add(low, high)), s);
      rest = fma(isOffset ? v128.load(b, 144) : d, v128.load32_splat(x, 76), rest);
    }
    x += CODES16 + SUMS;
    b += step;
  }
  return isOffset ? f32x4.add(s, rest) : f32x4.sub(s, f32x4.mul(rest, splat(zero)));
}

/** Sixteen columns of four rows of 8 bits. */
// @ts-ignore: decorator
@inline
function half8(b: usize, x: usize): v128 {
  const w0 = v128.load(b);
  const w1 = v128.load(b, 16);
  const w2 = v128.load(b, 32);
  const w3 = v128.load(b, 48);
  const x0 = v128.load64_splat(x);
  const x1 = v128.load64_splat(x, 8);
  const x2 = v128.load64_splat(x, 16);
  const x3 = v128.load64_splat(x, 24);
  let p = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(w0), x0);
  let q = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(w0), x0);
  p = i32x4.add(p, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(w1), x1));
  q = i32x4.add(q, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(w1), x1));
  p = i32x4.add(p, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(w2), x2));
  q = i32x4.add(q, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(w2), x2));
  p = i32x4.add(p, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(w3), x3));
  q = i32x4.add(q, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(w3), x3));
  return pairs(p, q);
}
