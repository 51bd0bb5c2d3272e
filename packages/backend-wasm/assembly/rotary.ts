// Rotary positions of rows x [rows, H, D], in place: the first `dim` features of each head turn by pairs.
import { fma } from "./simd";

/** Cosines and sines are [period, dim / 2]; row i has those of i % period. Pairs are neighbours if `interleaved`. */
export function rotate(
  x: usize,
  cos: usize,
  sin: usize,
  period: i32,
  heads: i32,
  D: i32,
  dim: i32,
  interleaved: i32,
  from: i32,
  to: i32,
): void {
  const bytes = <usize>D << 2;
  const half = dim >> 1;
  let head = x + <usize>(from * heads) * bytes;
  for (let i = from; i < to; i++) {
    const at = <usize>((i % period) * half) << 2;
    for (let h = 0; h < heads; h++) {
      if (interleaved != 0) turnPairs(head, cos + at, sin + at, half);
      else turnHalves(head, cos + at, sin + at, half);
      head += bytes;
    }
  }
}

/** Feature i with feature i + half. */
function turnHalves(a: usize, cos: usize, sin: usize, half: i32): void {
  const b = a + (<usize>half << 2);
  const whole = half & ~3;
  const end = <usize>whole << 2;
  for (let at: usize = 0; at < end; at += 16) {
    const p = v128.load(a + at);
    const q = v128.load(b + at);
    const c = v128.load(cos + at);
    const s = v128.load(sin + at);
    v128.store(a + at, f32x4.sub(f32x4.mul(p, c), f32x4.mul(q, s)));
    v128.store(b + at, fma(q, c, f32x4.mul(p, s)));
  }
  for (let j = whole; j < half; j++) {
    const at = <usize>j << 2;
    turn(a + at, b + at, load<f32>(cos + at), load<f32>(sin + at));
  }
}

/** Feature 2i with feature 2i + 1. */
function turnPairs(a: usize, cos: usize, sin: usize, half: i32): void {
  const whole = half & ~3;
  for (let j = 0; j < whole; j += 4) {
    const at = a + (<usize>j << 3);
    const low = v128.load(at);
    const high = v128.load(at, 16);
    const p = v128.shuffle<f32>(low, high, 0, 2, 4, 6);
    const q = v128.shuffle<f32>(low, high, 1, 3, 5, 7);
    const c = v128.load(cos + (<usize>j << 2));
    const s = v128.load(sin + (<usize>j << 2));
    const first = f32x4.sub(f32x4.mul(p, c), f32x4.mul(q, s));
    const second = fma(q, c, f32x4.mul(p, s));
    v128.store(at, v128.shuffle<f32>(first, second, 0, 4, 1, 5));
    v128.store(at, v128.shuffle<f32>(first, second, 2, 6, 3, 7), 16);
  }
  for (let j = whole; j < half; j++) {
    const at = a + (<usize>j << 3);
    turn(at, at + 4, load<f32>(cos + (<usize>j << 2)), load<f32>(sin + (<usize>j << 2)));
  }
}

// @ts-ignore: decorator
@inline
function turn(a: usize, b: usize, c: f32, s: f32): void {
  const p = load<f32>(a);
  const q = load<f32>(b);
  store<f32>(a, p * c - q * s);
  store<f32>(b, q * c + p * s);
}
