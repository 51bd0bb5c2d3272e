// Small pieces that every kernel is made of. All are inlined: engines do not inline across wasm functions.

// @ts-ignore: USE_RELAXED is given by the build
export const RELAXED: bool = USE_RELAXED != 0;

// @ts-ignore: USE_WIDE is given by the build, with USE_RELAXED: for engines that make one vector of two neighbours
export const WIDE: bool = USE_WIDE != 0;

// @ts-ignore: decorator
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (RELAXED) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// @ts-ignore: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

// @ts-ignore: decorator
@inline
export function sumLanes(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

// @ts-ignore: decorator
@inline
export function maxLanes(x: v128): f32 {
  return max(
    max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}

/** The first n (1 to 3) floats at p, the others `rest`. */
// @ts-ignore: decorator
@inline
export function loadPart(p: usize, n: i32, rest: f32): v128 {
  let x = f32x4.splat(rest);
  x = f32x4.replace_lane(x, 0, load<f32>(p));
  if (n > 1) x = f32x4.replace_lane(x, 1, load<f32>(p, 4));
  if (n > 2) x = f32x4.replace_lane(x, 2, load<f32>(p, 8));
  return x;
}

/** Stores the first n (1 to 3) lanes. */
// @ts-ignore: decorator
@inline
export function storePart(p: usize, x: v128, n: i32): void {
  store<f32>(p, f32x4.extract_lane(x, 0));
  if (n > 1) store<f32>(p, f32x4.extract_lane(x, 1), 4);
  if (n > 2) store<f32>(p, f32x4.extract_lane(x, 2), 8);
}

/**
 * e^x for x <= 0 to 2 ulp: 2^n times the Taylor polynomial of the rest, |rest| <= ln(2) / 2.
 * Below -87.3 it is 0, NaN stays NaN. Rounding may have put x a little above 0.
 */
// @ts-ignore: decorator
@inline
export function expDown(x: v128): v128 {
  const low = splat(-87.33654);
  const n = f32x4.nearest(f32x4.mul(f32x4.max(x, low), splat(1.44269504)));
  const p = f32x4.mul(expRest(f32x4.max(x, low), n), i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23));
  return v128.andnot(p, f32x4.lt(x, low));
}

/** e^x for any x, infinite above 88.7. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const low = splat(-87.33654);
  const high = splat(88.72283);
  const inside = f32x4.min(f32x4.max(x, low), high);
  const n = f32x4.nearest(f32x4.mul(inside, splat(1.44269504)));
  // 2^n in two halves, since 2^128 is no float.
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  const bias = i32x4.splat(127);
  let p = expRest(inside, n);
  p = f32x4.mul(p, i32x4.shl(i32x4.add(half, bias), 23));
  p = f32x4.mul(p, i32x4.shl(i32x4.add(i32x4.sub(whole, half), bias), 23));
  p = v128.andnot(p, f32x4.lt(x, low));
  return v128.bitselect(splat(Infinity), p, f32x4.gt(x, high));
}

/** e^(x - n ln 2). */
// @ts-ignore: decorator
@inline
function expRest(x: v128, n: v128): v128 {
  let r = f32x4.sub(x, f32x4.mul(n, splat(0.693359375))); // exact: 9 bits of ln(2), and |n| has 8
  r = f32x4.sub(r, f32x4.mul(n, splat(-2.12194440e-4)));
  let p = splat(1.0 / 5040.0);
  p = fma(p, r, splat(1.0 / 720.0));
  p = fma(p, r, splat(1.0 / 120.0));
  p = fma(p, r, splat(1.0 / 24.0));
  p = fma(p, r, splat(1.0 / 6.0));
  p = fma(p, r, splat(0.5));
  p = fma(p, r, splat(1));
  return fma(p, r, splat(1));
}

/** The hyperbolic tangent to 2e-7 of itself: near 0 Cephes' polynomial, else by e^(-2 |x|). */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const size = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = splat(-5.70498872745e-3);
  p = fma(p, z, splat(2.06390887954e-2));
  p = fma(p, z, splat(-5.37397155531e-2));
  p = fma(p, z, splat(1.33314422036e-1));
  p = fma(p, z, splat(-3.33332819422e-1));
  const near = fma(f32x4.mul(p, z), x, x);
  const e = expDown(f32x4.mul(size, splat(-2)));
  const far = f32x4.div(f32x4.sub(splat(1), e), f32x4.add(splat(1), e));
  const signed = v128.or(far, v128.and(x, splat(-0.0)));
  return v128.bitselect(near, signed, f32x4.lt(size, splat(0.625)));
}

/**
 * The normal distribution function of x, given e^(-x^2 / 2): for x < 0 half of erfc(-x / sqrt 2), to 4e-7 of itself.
 * With t = 1 / (1 + 0.35 |z|), erfc(z) e^(z^2) / t is fitted by a polynomial of degree 9 in t, relative error 2e-8.
 */
// @ts-ignore: decorator
@inline
export function normalCdf(x: v128, gauss: v128): v128 {
  const one = splat(1);
  const t = f32x4.div(one, fma(f32x4.abs(x), splat(0.24748737), one)); // 0.35 / sqrt 2
  let p = splat(0.0439341588);
  p = fma(p, t, splat(-0.188846307));
  p = fma(p, t, splat(0.251458842));
  p = fma(p, t, splat(-0.120516047));
  p = fma(p, t, splat(0.163705853));
  p = fma(p, t, splat(0.105180649));
  p = fma(p, t, splat(0.165197979));
  p = fma(p, t, splat(0.184925846));
  p = fma(p, t, splat(0.197493364));
  p = fma(p, t, splat(0.197465676));
  const half = f32x4.mul(f32x4.mul(splat(0.5), gauss), f32x4.mul(p, t));
  return v128.bitselect(half, f32x4.sub(one, half), f32x4.lt(x, splat(0)));
}

/** The natural logarithm of a positive, normal x, without the tables of a libm: this module must have no data. */
export function log(x: f32): f32 {
  if (!(x > 0) || x == Infinity) return x == 0 ? -Infinity : x < 0 ? NaN : x;
  const bits = reinterpret<i64>(<f64>x);
  let exponent = <i32>(bits >> 52) - 1023;
  let mantissa = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000); // [1, 2)
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    exponent++;
  }
  const s = (mantissa - 1) / (mantissa + 1); // log(m) = 2 atanh(s), |s| < 0.172
  const z = s * s;
  const series =
    1 + z * (1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9 + z * (1.0 / 11 + z * (1.0 / 13))))));
  return <f32>(<f64>exponent * 0.6931471805599453 + 2 * s * series);
}

/** The hash of @qkv/backend's dropoutHash.ts, for four indices. */
// @ts-ignore: decorator
@inline
export function dropoutHash(index: v128, first: v128, second: v128): v128 {
  let h = v128.xor(index, first);
  h = v128.xor(h, i32x4.shr_u(h, 16));
  h = i32x4.mul(h, i32x4.splat(0x7feb352d));
  h = v128.xor(h, i32x4.shr_u(h, 15));
  h = i32x4.mul(i32x4.add(h, second), i32x4.splat(<i32>0x846ca68b));
  return v128.xor(h, i32x4.shr_u(h, 16));
}

/** Factors of four elements from `index` on: `scale` where kept, 0 where dropped. */
// @ts-ignore: decorator
@inline
export function dropoutFactors(index: u32, first: v128, second: v128, threshold: v128, scale: v128): v128 {
  const at = i32x4.add(i32x4.splat(<i32>index), i32x4(0, 1, 2, 3));
  return v128.and(scale, i32x4.ge_u(dropoutHash(at, first, second), threshold));
}
