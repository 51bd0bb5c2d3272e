// Weights [N, K] that take fewer bytes than float32: how they lie in memory, and how they become floats again.
//
// Halves, f16 or bf16, lie row by row. Codes of 4 or 8 bits are woven: four rows at a time, in blocks of 32 columns. Of 8
// bits a block begins with eight vectors, whose 32-bit lane r holds columns 4j to 4j + 3 of row r; of 4 bits with four
// vectors, whose lane r holds columns 4j to 4j + 3 of row r in the low halves of its bytes, and columns 16 + 4j to 19 + 4j in
// the high ones. Behind the codes lie the scales of the four rows, for all 32 columns or for the first and the last 16, and
// then, where the format has them, offsets in the same order: a weight is scale * (code - zero) + offset.
// Rows beyond N are zeros. The words are written by @qkv/ops's weave.ts.
import { splat } from "./simd";

export const F16: i32 = 1;
export const BF16: i32 = 2;
export const INT8: i32 = 3;
export const INT4: i32 = 4;
const SIXTEENS: i32 = 8; // groups of 16 columns, else of 32
const OFFSETS: i32 = 16;

/** How wide blocks of codes are. */
export const BLOCK: i32 = 32;

// @ts-ignore: decorator
@inline
export function formatOf(layout: i32): i32 {
  return layout & 7;
}

// @ts-ignore: decorator
@inline
export function isWoven(layout: i32): bool {
  return formatOf(layout) >= INT8;
}

// @ts-ignore: decorator
@inline
export function hasSixteens(layout: i32): bool {
  return (layout & SIXTEENS) != 0;
}

// @ts-ignore: decorator
@inline
export function hasOffsets(layout: i32): bool {
  return (layout & OFFSETS) != 0;
}

/** Bytes of the codes of a block. */
// @ts-ignore: decorator
@inline
export function codeBytes(layout: i32): usize {
  return formatOf(layout) == INT4 ? 64 : 128;
}

/** Bytes of a block's codes, scales and offsets. */
export function blockBytes(layout: i32): usize {
  const vectors = (hasSixteens(layout) ? 2 : 1) * (hasOffsets(layout) ? 2 : 1);
  return codeBytes(layout) + <usize>(16 * vectors);
}

/** The address of row n, a multiple of 4 where rows are woven. */
export function rowAt(W: usize, n: i32, K: i32, layout: i32): usize {
  if (!isWoven(layout)) return W + <usize>n * (<usize>K << 1);
  return W + <usize>(n >> 2) * <usize>(K / BLOCK) * blockBytes(layout);
}

/** Writes columns k0 to k0 + K of n rows (at most 8) from W on as K x 8 floats, zeros for rows that are not there. */
export function unpackPanel(W: usize, p: usize, width: i32, k0: i32, K: i32, n: i32, layout: i32, zero: f32): void {
  if (!isWoven(layout)) return unpackHalves(W + (<usize>k0 << 1), p, <usize>width << 1, K, n, formatOf(layout) == F16);
  const bytes = blockBytes(layout);
  for (let half = 0; half < 2; half++) {
    let from = W + (<usize>(half * (width / BLOCK) + k0 / BLOCK) * bytes);
    let to = p + <usize>(16 * half);
    for (let k = 0; k < K; k += BLOCK) {
      if (4 * half >= n) clearColumns(to);
      else if (formatOf(layout) == INT4) unpack4(from, to, layout, zero);
      else unpack8(from, to, layout, zero);
      from += bytes;
      to += 32 * BLOCK;
    }
  }
}

function clearColumns(to: usize): void {
  for (let k = 0; k < BLOCK; k++) v128.store(to + <usize>(32 * k), splat(0));
}

/** A block of 4 bits as 32 vectors of four rows, 32 bytes apart. */
function unpack4(b: usize, to: usize, layout: i32, zero: f32): void {
  const scales = b + 64;
  const low = v128.load(scales);
  const high = v128.load(scales + secondScales(layout));
  const lowOffset = offsets(scales, layout);
  const highOffset = offsets(scales + secondScales(layout), layout);
  const mask = i32x4.splat(15);
  const shift = splat(zero);
  for (let j = 0; j < 4; j++) {
    let v = v128.load(b + <usize>(16 * j));
    for (let i = 0; i < 4; i++) {
      store4(to, f32x4.convert_i32x4_s(v128.and(v, mask)), shift, low, lowOffset, layout);
      store4(to + 512, f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(v, 4), mask)), shift, high, highOffset, layout);
      v = i32x4.shr_u(v, 8);
      to += 32;
    }
  }
}

/** A block of 8 bits as 32 vectors of four rows, 32 bytes apart. */
function unpack8(b: usize, to: usize, layout: i32, zero: f32): void {
  const shift = splat(zero);
  for (let half = 0; half < 2; half++) {
    const at = b + 128 + (half == 0 ? 0 : secondScales(layout));
    const scale = v128.load(at);
    const offset = offsets(at, layout);
    for (let j = 0; j < 4; j++) {
      let v = v128.load(b + <usize>(64 * half + 16 * j));
      for (let i = 0; i < 4; i++) {
        store4(to, f32x4.convert_i32x4_s(i32x4.shr_s(i32x4.shl(v, 24), 24)), shift, scale, offset, layout);
        v = i32x4.shr_u(v, 8);
        to += 32;
      }
    }
  }
}

/** Bytes from the scales of the first 16 columns to those of the last. */
// @ts-ignore: decorator
@inline
function secondScales(layout: i32): usize {
  return hasSixteens(layout) ? 16 : 0;
}

/** The offsets that belong to the scales at an address. */
// @ts-ignore: decorator
@inline
function offsets(scales: usize, layout: i32): v128 {
  if (!hasOffsets(layout)) return splat(0);
  return v128.load(scales + (hasSixteens(layout) ? 32 : 16));
}

// Multiplied and added apart, so that the numbers are those of every other way to unpack a weight, to the bit.
// @ts-ignore: decorator
@inline
function store4(to: usize, code: v128, zero: v128, scale: v128, offset: v128, layout: i32): void {
  const scaled = f32x4.mul(scale, f32x4.sub(code, zero));
  v128.store(to, hasOffsets(layout) ? f32x4.add(scaled, offset) : scaled);
}

function unpackHalves(W: usize, p: usize, stride: usize, K: i32, n: i32, isF16: bool): void {
  const whole = K & ~3;
  for (let k = 0; k < whole; k += 4) {
    transposed4(W, stride, p, n, isF16);
    transposed4(W + stride * 4, stride, p + 16, n - 4, isF16);
    W += 8;
    p += 128;
  }
  for (let k = whole; k < K; k++) {
    for (let j = 0; j < 8; j++) {
      store<f32>(p + (<usize>j << 2), j < n ? halfAt(W + <usize>j * stride, isF16) : 0);
    }
    W += 2;
    p += 32;
  }
}

// @ts-ignore: decorator
@inline
function transposed4(from: usize, stride: usize, to: usize, n: i32, isF16: bool): void {
  const r0 = n > 0 ? halves4(from, isF16) : splat(0);
  const r1 = n > 1 ? halves4(from + stride, isF16) : splat(0);
  const r2 = n > 2 ? halves4(from + stride * 2, isF16) : splat(0);
  const r3 = n > 3 ? halves4(from + stride * 3, isF16) : splat(0);
  const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(t0, t2, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(t0, t2, 2, 3, 6, 7), 32);
  v128.store(to, v128.shuffle<f32>(t1, t3, 0, 1, 4, 5), 64);
  v128.store(to, v128.shuffle<f32>(t1, t3, 2, 3, 6, 7), 96);
}

/** Four halves at p, exactly; those of f16 are finite. */
// @ts-ignore: decorator
@inline
function halves4(p: usize, isF16: bool): v128 {
  const h = v128.load_ext<u16>(p);
  if (!isF16) return i32x4.shl(h, 16);
  const size = i32x4.shl(v128.and(h, i32x4.splat(0x7fff)), 13);
  return v128.or(f32x4.mul(size, splat(reinterpret<f32>(0x77800000))), i32x4.shl(v128.and(h, i32x4.splat(0x8000)), 16));
}

/** The half at p. */
// @ts-ignore: decorator
@inline
export function halfAt(p: usize, isF16: bool): f32 {
  const h = <i32>load<u16>(p);
  if (!isF16) return reinterpret<f32>(h << 16);
  return reinterpret<f32>(((h & 0x8000) << 16) | ((h & 0x7fff) << 13)) * reinterpret<f32>(0x77800000); // 2^112
}

/** Writes the rows that `ids` names as floats; gives the position of the first id outside [0, N), or -1. */
export function unpackRows(W: usize, ids: usize, to: usize, count: i32, N: i32, K: i32, layout: i32, zero: f32): i32 {
  for (let i = 0; i < count; i++) {
    const id = load<i32>(ids + (<usize>i << 2));
    if (id < 0 || id >= N) return i;
    if (isWoven(layout)) unpackWovenRow(rowAt(W, id & ~3, K, layout), to, id & 3, K, layout, zero);
    else unpackHalfRow(rowAt(W, id, K, layout), to, K, formatOf(layout) == F16);
    to += <usize>K << 2;
  }
  return -1;
}

function unpackHalfRow(W: usize, to: usize, K: i32, isF16: bool): void {
  let k = 0;
  for (; k + 4 <= K; k += 4) {
    v128.store(to, halves4(W, isF16));
    W += 8;
    to += 16;
  }
  for (; k < K; k++) {
    store<f32>(to, halfAt(W, isF16));
    W += 2;
    to += 4;
  }
}

function unpackWovenRow(W: usize, to: usize, row: i32, K: i32, layout: i32, zero: f32): void {
  const lane = <usize>(4 * row);
  for (let k = 0; k < K; k += BLOCK) {
    const scales = W + codeBytes(layout) + lane;
    for (let half = 0; half < 2; half++) {
      const at = half == 0 ? scales : scales + secondScales(layout);
      const scale = load<f32>(at);
      const offset: f32 = hasOffsets(layout) ? load<f32>(at + (hasSixteens(layout) ? 32 : 16)) : 0;
      for (let i = 0; i < 16; i++) {
        const scaled: f32 = scale * (<f32>codeAt(W + lane, 16 * half + i, formatOf(layout) == INT4) - zero);
        store<f32>(to, hasOffsets(layout) ? scaled + offset : scaled);
        to += 4;
      }
    }
    W += blockBytes(layout);
  }
}

/** The code of column `i` of a block, of the row whose lane begins at b. */
// @ts-ignore: decorator
@inline
function codeAt(b: usize, i: i32, is4: bool): i32 {
  if (!is4) return <i32>load<i8>(b + <usize>(16 * (i >> 2) + (i & 3)));
  const byte = <i32>load<u8>(b + <usize>(16 * ((i & 15) >> 2) + (i & 3)));
  return i < 16 ? byte & 15 : byte >> 4;
}
