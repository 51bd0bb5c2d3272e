// How a product is stored: bits of a mode, and the stores themselves. A bias is the address of its first number, or 0.
import { splat } from "./simd";

/** Adds to what C holds. */
export const ADD: i32 = 1;

/** Takes the larger of each element and zero. */
export const RELU: i32 = 2;

/** Brings four neighbours to C. */
// @ts-ignore: decorator
@inline
export function storeFour(c: usize, x: v128, bias: usize, mode: i32): void {
  if (mode & ADD) x = f32x4.add(x, v128.load(c));
  if (bias != 0) x = f32x4.add(x, v128.load(bias));
  if (mode & RELU) x = f32x4.max(x, splat(0));
  v128.store(c, x);
}

// @ts-ignore: decorator
@inline
export function storeOne(c: usize, x: f32, bias: usize, mode: i32): void {
  if (mode & ADD) x += load<f32>(c);
  if (bias != 0) x += load<f32>(bias);
  if (mode & RELU) x = max<f32>(x, 0);
  store<f32>(c, x);
}

/** Brings the first n (1 to 4) neighbours to C. */
// @ts-ignore: decorator
@inline
export function storeLanes(c: usize, x: v128, n: i32, bias: usize, mode: i32): void {
  if (n == 4) return storeFour(c, x, bias, mode);
  storeOne(c, f32x4.extract_lane(x, 0), bias, mode);
  if (n > 1) storeOne(c + 4, f32x4.extract_lane(x, 1), bias == 0 ? 0 : bias + 4, mode);
  if (n > 2) storeOne(c + 8, f32x4.extract_lane(x, 2), bias == 0 ? 0 : bias + 8, mode);
}
