// Weights that take fewer bytes than float32, as panels of floats: how they lie in memory says @qkv/backend-wasm's
// assembly/weightFormat.ts, whose numbers these are to the bit.
#pragma once
#include <stdint.h>
#include <string.h>
#include "vector.h"

enum { F16 = 1, BF16 = 2, INT8 = 3, INT4 = 4, FORMAT = 7, SIXTEENS = 8, OFFSETS = 16 }; // a layout
enum { BLOCK = 32 };                                                                   // columns of a block of codes

typedef int32_t Codes __attribute__((vector_size(16), aligned(4)));

INLINE Four four(const void *at) { return *(const Four *)at; }
INLINE Four splat4(float x) { return x - (Four){0}; }

INLINE int is_woven(int layout) { return (layout & FORMAT) >= INT8; }
INLINE long code_bytes(int layout) { return (layout & FORMAT) == INT4 ? 64 : 128; }

/** Bytes of a block's codes, scales and offsets. */
INLINE long block_bytes(int layout) {
  return code_bytes(layout) + 16 * (layout & SIXTEENS ? 2 : 1) * (layout & OFFSETS ? 2 : 1);
}

/** The address of a row, a multiple of 4 where rows are woven. */
INLINE const uint8_t *row_at(const uint8_t *weight, long row, int K, int layout) {
  return weight + (is_woven(layout) ? row / 4 * (K / BLOCK) * block_bytes(layout) : row * K * 2);
}

/** Sixteen columns of four rows: of each vector of codes, the bits from `shift` on, a byte apart. */
INLINE void unpack_half(const uint8_t *codes, const uint8_t *scales, float *to, long stride, int layout, float zero, int shift) {
  Four scale = four(scales), offset = layout & OFFSETS ? four(scales + (layout & SIXTEENS ? 32 : 16)) : splat4(0);
  int is4 = (layout & FORMAT) == INT4;
  for (int j = 0; j < 4; j++) {
    Codes v = *(const Codes *)(codes + 16 * j);
    for (int i = 0; i < 4; i++, to += stride) {
      Codes code = is4 ? v >> (8 * i + shift) & 15 : (Codes)((Codes)v << (24 - 8 * i)) >> 24;
      Four scaled = scale * (__builtin_convertvector(code, Four) - zero);
      *(Four *)to = layout & OFFSETS ? scaled + offset : scaled;
    }
  }
}

/** Four woven rows as K columns of four, `stride` floats apart. */
INLINE void unpack_woven(const uint8_t *block, float *to, long stride, int K, int layout, float zero) {
  int is4 = (layout & FORMAT) == INT4;
  for (int k = 0; k < K; k += BLOCK, block += block_bytes(layout)) {
    const uint8_t *scales = block + code_bytes(layout);
    unpack_half(block, scales, to + k * stride, stride, layout, zero, 0);
    scales += layout & SIXTEENS ? 16 : 0;
    unpack_half(is4 ? block : block + 64, scales, to + (k + 16) * stride, stride, layout, zero, is4 ? 4 : 0);
  }
}

/** A half as a float, exactly; those of f16 are finite. */
INLINE float unpack_one(const uint8_t *at, int layout) {
  uint16_t half;
  uint32_t bits, sign;
  float size;
  memcpy(&half, at, 2);
  bits = (layout & FORMAT) == F16 ? (uint32_t)(half & 0x7fff) << 13 : (uint32_t)half << 16;
  memcpy(&size, &bits, 4);
  if ((layout & FORMAT) != F16) return size;
  size *= 0x1p112f;
  memcpy(&bits, &size, 4);
  sign = (uint32_t)(half & 0x8000) << 16;
  bits |= sign;
  memcpy(&size, &bits, 4);
  return size;
}

/** Columns k0 to k0 + K of n rows (at most `stride`) of a weight as K x `stride` floats, zeros for rows that are not there. */
INLINE void unpack(const uint8_t *weight, float *to, long stride, int width, int k0, int K, int n, int layout, float zero) {
  if (is_woven(layout)) {
    for (int j = 0; j < stride; j += 4) {
      if (j < n) {
        const uint8_t *block = row_at(weight, j, width, layout) + k0 / BLOCK * block_bytes(layout);
        unpack_woven(block, to + j, stride, K, layout, zero);
      } else
        for (int k = 0; k < K; k++) *(Four *)(to + k * stride + j) = splat4(0);
    }
    return;
  }
  for (int j = 0; j < stride; j++) {
    const uint8_t *row = weight + (long)j * width * 2 + k0 * 2;
    for (int k = 0; k < K; k++) to[k * stride + j] = j < n ? unpack_one(row + 2 * k, layout) : 0;
  }
}
