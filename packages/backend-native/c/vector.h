// One vector of floats, of the width that a file is compiled for, by the vector extensions of GCC and Clang.
#pragma once
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(__AVX512F__)
enum { LANES = 16 };
#elif defined(__AVX2__)
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif

typedef float Vector __attribute__((vector_size(LANES * 4), aligned(4)));
typedef int Mask __attribute__((vector_size(LANES * 4)));
typedef float Four __attribute__((vector_size(16), aligned(4)));

#define INLINE static inline __attribute__((always_inline))

INLINE Vector load(const float *at) { return *(const Vector *)at; }
INLINE void store(float *at, Vector x) { *(Vector *)at = x; }
INLINE Vector splat(float x) { return x - (Vector){0}; }

/** a * b + c, rounded once. */
INLINE Vector fma_(Vector a, Vector b, Vector c) {
#if defined(__AVX512F__)
  return (Vector)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__AVX2__)
  return (Vector)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
  return (Vector)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#endif
}

/** The larger of a and b; where one is NaN, b or NaN. */
INLINE Vector max_(Vector a, Vector b) {
#if defined(__AVX512F__)
  return (Vector)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__)
  return (Vector)_mm256_max_ps((__m256)a, (__m256)b);
#else
  return (Vector)vmaxq_f32((float32x4_t)a, (float32x4_t)b);
#endif
}

/** The smaller of a and b; where one is NaN, b or NaN. */
INLINE Vector min_(Vector a, Vector b) {
#if defined(__AVX512F__)
  return (Vector)_mm512_min_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__)
  return (Vector)_mm256_min_ps((__m256)a, (__m256)b);
#else
  return (Vector)vminq_f32((float32x4_t)a, (float32x4_t)b);
#endif
}

/** The larger of x and zero; NaN stays, and -0 becomes 0, as in WebAssembly. */
INLINE Vector relu(Vector x) { return (Vector)(~(Mask)(x <= (Vector){0}) & (Mask)x); }

/** Transposes 4 x 4 floats; `stride` and `step` count floats. */
INLINE void transpose4(const float *from, long stride, float *to, long step) {
  Four r0 = *(const Four *)from, r1 = *(const Four *)(from + stride);
  Four r2 = *(const Four *)(from + 2 * stride), r3 = *(const Four *)(from + 3 * stride);
  Four t0 = __builtin_shufflevector(r0, r1, 0, 4, 1, 5), t1 = __builtin_shufflevector(r0, r1, 2, 6, 3, 7);
  Four t2 = __builtin_shufflevector(r2, r3, 0, 4, 1, 5), t3 = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
  *(Four *)to = __builtin_shufflevector(t0, t2, 0, 1, 4, 5);
  *(Four *)(to + step) = __builtin_shufflevector(t0, t2, 2, 3, 6, 7);
  *(Four *)(to + 2 * step) = __builtin_shufflevector(t1, t3, 0, 1, 4, 5);
  *(Four *)(to + 3 * step) = __builtin_shufflevector(t1, t3, 2, 3, 6, 7);
}
