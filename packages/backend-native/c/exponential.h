// e^x and what is made of it, to the bit as @qkv/backend-wasm's assembly/simd.ts computes them for relaxed SIMD.
#pragma once
#include "vector.h"

static const float LOWEST = -87.33654f, HIGHEST = 88.72283f; // where e^x is a normal float

INLINE Vector chosen(Mask where, Vector a, Vector b) { return (Vector)(((Mask)a & where) | ((Mask)b & ~where)); }

/** The nearest whole number, of two the even one, for |x| below 2^22. */
INLINE Vector nearest(Vector x) { return (x + 0x1.8p23f) - 0x1.8p23f; }

/** 2^n for whole n. */
INLINE Vector power_of_2(Mask n) { return (Vector)((n + 127) << 23); }

/** e^(x - n ln 2). */
INLINE Vector exp_rest(Vector x, Vector n) {
  Vector r = x - n * 0.693359375f; // exact: 9 bits of ln(2), and |n| has 8
  r = r - n * -2.12194440e-4f;
  Vector p = splat(1.0f / 5040.0f);
  p = fma_(p, r, splat(1.0f / 720.0f));
  p = fma_(p, r, splat(1.0f / 120.0f));
  p = fma_(p, r, splat(1.0f / 24.0f));
  p = fma_(p, r, splat(1.0f / 6.0f));
  p = fma_(p, r, splat(0.5f));
  p = fma_(p, r, splat(1));
  return fma_(p, r, splat(1));
}

/** e^x for x <= 0; below -87.3 it is 0, NaN stays NaN. */
INLINE Vector exp_down(Vector x) {
  Vector inside = max_(splat(LOWEST), x), n = nearest(inside * 1.44269504f);
  Vector p = exp_rest(inside, n) * power_of_2(__builtin_convertvector(n, Mask));
  return (Vector)((Mask)p & ~(Mask)(x < LOWEST));
}

/** e^x for any x, infinite above 88.7. */
INLINE Vector exp_(Vector x) {
  Vector inside = min_(splat(HIGHEST), max_(splat(LOWEST), x)), n = nearest(inside * 1.44269504f);
  Mask whole = __builtin_convertvector(n, Mask), half = whole >> 1; // 2^n in two halves, since 2^128 is no float
  Vector p = exp_rest(inside, n) * power_of_2(half) * power_of_2(whole - half);
  p = (Vector)((Mask)p & ~(Mask)(x < LOWEST));
  return chosen((Mask)(x > HIGHEST), splat(__builtin_inff()), p);
}
