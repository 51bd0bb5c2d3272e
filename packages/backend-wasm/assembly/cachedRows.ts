// Rows of keys or values in fewer bits: D halves, or D bytes in groups of 32 with a float before each that they are
// multiplied by. D is a multiple of 4.
import { maxLanes, splat } from "./simd";

const HALVES: i32 = 1;
const GROUP: i32 = 32;

/** Bytes of a row; format 0 are floats. */
export function rowBytes(D: i32, format: i32): usize {
  if (format == 0) return <usize>D << 2;
  return format == HALVES ? <usize>D << 1 : <usize>(D + 4 * ((D + GROUP - 1) / GROUP));
}

/** Writes a row of floats in the format. */
export function packRow(x: usize, to: usize, D: i32, format: i32): void {
  if (format == 0) memory.copy(to, x, <usize>D << 2);
  else if (format == HALVES) packHalves(x, to, D);
  else packBytes(x, to, D);
}

/** Writes rows, which lie one after another, as floats. */
export function widenRows(from: usize, to: usize, rows: i32, D: i32, format: i32): void {
  if (format == HALVES) return widenHalves(from, to, rows * D);
  for (let i = 0; i < rows; i++) {
    for (let d = 0; d < D; d += GROUP) {
      const scale = splat(load<f32>(from));
      from += 4;
      const end = min(D, d + GROUP);
      for (let j = d; j < end; j += 4) {
        const codes = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(from)));
        v128.store(to, f32x4.mul(f32x4.convert_i32x4_s(codes), scale));
        from += 4;
        to += 16;
      }
    }
  }
}

/** The nearest halves, of two the even one; beyond the largest is infinity, and NaN stays NaN. */
function packHalves(x: usize, to: usize, D: i32): void {
  const magic = i32x4.splat(0x3f000000);
  for (let d = 0; d < D; d += 4) {
    const v = v128.load(x + (<usize>d << 2));
    const sign = v128.and(v, i32x4.splat(0x80000000));
    const size = v128.xor(v, sign);
    const odd = v128.and(i32x4.shr_u(size, 13), i32x4.splat(1));
    const normal = i32x4.shr_u(i32x4.add(i32x4.add(size, i32x4.splat(-0x37fff001)), odd), 13);
    const small = i32x4.sub(f32x4.add(size, magic), magic);
    const special = v128.bitselect(i32x4.splat(0x7e00), i32x4.splat(0x7c00), i32x4.gt_s(size, i32x4.splat(0x7f800000)));
    let half = v128.bitselect(small, normal, i32x4.lt_s(size, i32x4.splat(0x38800000)));
    half = v128.bitselect(special, half, i32x4.ge_s(size, i32x4.splat(0x47800000)));
    half = v128.or(half, i32x4.shr_u(sign, 16));
    v128.store64_lane(to + (<usize>d << 1), i16x8.narrow_i32x4_u(half, half), 0);
  }
}

function widenHalves(from: usize, to: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const h = v128.load_ext<u16>(from + (<usize>i << 1));
    const size = i32x4.shl(v128.and(h, i32x4.splat(0x7fff)), 13);
    const special = v128.and(i32x4.ge_s(size, i32x4.splat(0x0f800000)), i32x4.splat(0x7f800000));
    const value = v128.or(f32x4.mul(size, splat(reinterpret<f32>(0x77800000))), special); // 2^112
    v128.store(to + (<usize>i << 2), v128.or(value, i32x4.shl(v128.and(h, i32x4.splat(0x8000)), 16)));
  }
}

/** Codes from -127 to 127, the nearest; where a number is not finite, neither is the factor of its group. */
function packBytes(x: usize, to: usize, D: i32): void {
  for (let d = 0; d < D; d += GROUP) {
    const end = min(D, d + GROUP);
    let largest = splat(0);
    for (let j = d; j < end; j += 4) largest = f32x4.max(largest, f32x4.abs(v128.load(x + (<usize>j << 2))));
    const scale = maxLanes(largest) / 127;
    store<f32>(to, scale);
    to += 4;
    const by = splat(scale == 0 ? 0 : <f32>1 / scale);
    for (let j = d; j < end; j += 4) {
      const code = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(x + (<usize>j << 2)), by)));
      const words = i16x8.narrow_i32x4_s(code, code);
      v128.store32_lane(to, i8x16.narrow_i16x8_s(words, words), 0);
      to += 4;
    }
  }
}

/** Writes rows [H, L, D] into a buffer [H, C, row] from row `first` on, for the heads `from` to `to` of all. */
export function writeCachedRows(
  x: usize,
  buffer: usize,
  first: i32,
  L: i32,
  C: i32,
  D: i32,
  format: i32,
  from: i32,
  to: i32,
): void {
  const bytes = rowBytes(D, format);
  for (let n = from; n < to; n++) {
    let row = x + (<usize>(n * L * D) << 2);
    let out = buffer + <usize>(n * C + first) * bytes;
    for (let i = 0; i < L; i++) {
      packRow(row, out, D, format);
      row += <usize>D << 2;
      out += bytes;
    }
  }
}

/** Writes the first L rows of each head of a buffer [H, C, row] as floats [H, L, D]. */
export function readCachedRows(
  buffer: usize,
  out: usize,
  L: i32,
  C: i32,
  D: i32,
  format: i32,
  from: i32,
  to: i32,
): void {
  const bytes = rowBytes(D, format);
  for (let n = from; n < to; n++) {
    widenRows(buffer + <usize>(n * C) * bytes, out + (<usize>(n * L * D) << 2), L, D, format);
  }
}
