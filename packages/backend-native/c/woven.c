// Products of a few rows with codes of 8 and 4 bits, by whole numbers, for AVX2: to the bit those of @qkv/backend-wasm's
// assembly/wovenRows.ts for relaxed SIMD. Each row of A is rounded to codes first, in groups of 32 columns with a scale each; four
// rows of the weight are multiplied at a time, each a lane of the sums.
#include "products.h"
#include "unpack.h"

enum { MOST_ROWS = 8, SUMS = 16 }; // behind the codes: the scale, and that times the sums of the first and last 16 codes and of all

/** Bytes of a rounded row. */
static long rounded_bytes(int K, int layout) {
  return K / BLOCK * ((layout & FORMAT) == INT4 ? BLOCK + SUMS : 2 * BLOCK + SUMS);
}

int is_few_woven(const Products *p) {
  return p->M <= MOST_ROWS && is_woven(p->layout) && p->M * rounded_bytes(p->K, p->layout) <= SCRATCH_BYTES;
}

INLINE __m128 larger(__m128 a, __m128 b) { return _mm_max_ps(a, b); }
INLINE __m128 size_of(__m128 x) { return _mm_andnot_ps(_mm_set1_ps(-0.0f), x); }

INLINE int sum_lanes(__m128i x) {
  x = _mm_add_epi32(x, _mm_shuffle_epi32(x, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(x, _mm_shuffle_epi32(x, 0xb1)));
}

/** Rounds a row: of 8 bits to codes of 16, of 4 bits to codes of 8. */
static void round_row(const float *x, uint8_t *to, int K, int is4) {
  const float range = is4 ? 127 : 32767;
  for (int k = 0; k < K; k += BLOCK, x += BLOCK) {
    __m128 v[8], top = _mm_setzero_ps(), other = top;
    __m128i q[8];
    for (int i = 0; i < 8; i++) {
      v[i] = _mm_loadu_ps(x + 4 * i);
      top = larger(size_of(v[i]), top); // NaN is passed over, and found by `other`
      other = _mm_or_ps(other, _mm_cmpunord_ps(v[i], v[i]));
    }
    top = larger(top, _mm_movehl_ps(top, top));
    float most = _mm_cvtss_f32(larger(top, _mm_shuffle_ps(top, top, 1)));
    int isNumber = _mm_movemask_ps(other) == 0;
    __m128 inverse = _mm_set1_ps(isNumber && most > 1e-30f ? range / most : 0);
    float scale = !isNumber ? __builtin_nanf("") : most > 1e-30f ? most / range : 0;
    for (int i = 0; i < 8; i++) {
      __m128 y = _mm_mul_ps(v[i], inverse);
      q[i] = _mm_and_si128(_mm_cvtps_epi32(y), _mm_castps_si128(_mm_cmpord_ps(y, y)));
    }
    __m128i a = _mm_packs_epi32(q[0], q[1]), b = _mm_packs_epi32(q[2], q[3]);
    __m128i c = _mm_packs_epi32(q[4], q[5]), d = _mm_packs_epi32(q[6], q[7]);
    if (is4) {
      _mm_storeu_si128((void *)to, _mm_packs_epi16(a, b));
      _mm_storeu_si128((void *)(to + 16), _mm_packs_epi16(c, d));
      to += BLOCK;
    } else {
      _mm_storeu_si128((void *)to, a);
      _mm_storeu_si128((void *)(to + 16), b);
      _mm_storeu_si128((void *)(to + 32), c);
      _mm_storeu_si128((void *)(to + 48), d);
      to += 2 * BLOCK;
    }
    float sums[4] = {scale};
    sums[1] = scale * (float)sum_lanes(_mm_add_epi32(_mm_add_epi32(q[0], q[1]), _mm_add_epi32(q[2], q[3])));
    sums[2] = scale * (float)sum_lanes(_mm_add_epi32(_mm_add_epi32(q[4], q[5]), _mm_add_epi32(q[6], q[7])));
    sums[3] = sums[1] + sums[2];
    memcpy(to, sums, SUMS);
    to += SUMS;
  }
}

INLINE __m256i load256(const void *at) { return _mm256_loadu_si256(at); }
INLINE __m128 load128(const void *at) { return _mm_loadu_ps(at); }
INLINE __m128 spread(const void *at) { return _mm_broadcast_ss(at); }
INLINE __m128i halves_added(__m256i x) { return _mm_add_epi16(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1)); }

/** The sums of 32-bit lanes over the first 16 columns and the last, of a block of 4 bits. */
INLINE void sums4(const uint8_t *b, const uint8_t *x, __m128i *low, __m128i *high) {
  const __m256i mask = _mm256_set1_epi8(15), first = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
  const __m256i codes = load256(x);
  __m256i w0 = load256(b), w1 = load256(b + 32), two = _mm256_set1_epi32(2);
  __m256i x0 = _mm256_permutevar8x32_epi32(codes, first), at = _mm256_add_epi32(first, two);
  __m256i x1 = _mm256_permutevar8x32_epi32(codes, at);
  __m256i x2 = _mm256_permutevar8x32_epi32(codes, at = _mm256_add_epi32(at, two));
  __m256i x3 = _mm256_permutevar8x32_epi32(codes, _mm256_add_epi32(at, two));
  __m256i p = _mm256_add_epi16(_mm256_maddubs_epi16(_mm256_and_si256(w0, mask), x0),
                               _mm256_maddubs_epi16(_mm256_and_si256(w1, mask), x1));
  __m256i q = _mm256_add_epi16(_mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(w0, 4), mask), x2),
                               _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(w1, 4), mask), x3));
  // Eight products of at most 15 * 128 and their neighbours fit in 16 bits.
  *low = halves_added(p);
  *high = halves_added(q);
}

INLINE __m128i widened(__m128i x) { return _mm_madd_epi16(x, _mm_set1_epi16(1)); }

/** Products of 16 columns of 8 bits, two for each row. */
INLINE __m256i products8(const uint8_t *b, const uint8_t *x) {
  __m256i sum = _mm256_setzero_si256();
#pragma GCC unroll 4
  for (int j = 0; j < 4; j++) {
    __m256i w = _mm256_cvtepi8_epi16(_mm_loadu_si128((const void *)(b + 16 * j)));
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(w, _mm256_set1_epi64x(*(const int64_t *)(x + 8 * j))));
  }
  return sum;
}

INLINE __m128i pairs_added(__m256i x) { return _mm_hadd_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1)); }

/** Four woven rows with a rounded row. */
INLINE __m128 four_rows(const uint8_t *b, const uint8_t *x, int K, float zero, int is4, int isSixteens, int isOffset) {
  const int codes = is4 ? 64 : 128, rounded = is4 ? BLOCK : 2 * BLOCK, offset = isSixteens ? 32 : 16;
  const int step = codes + offset * (isOffset ? 2 : 1);
  __m128 s = _mm_setzero_ps(), rest = s; // what the zero, or the offsets, contribute
  for (int k = 0; k < K; k += BLOCK, b += step, x += rounded + SUMS) {
    const uint8_t *scales = b + codes, *sums = x + rounded;
    __m128 scale = spread(sums), d = load128(scales), e = load128(scales + (isSixteens ? 16 : 0));
    __m128i low, high;
    if (is4) {
      sums4(b, x, &low, &high);
      low = widened(isSixteens ? low : _mm_add_epi16(low, high));
      high = widened(high);
    } else {
      __m256i p = products8(b, x), q = products8(b + 64, x + 32);
      low = pairs_added(isSixteens ? p : _mm256_add_epi32(p, q));
      high = pairs_added(q);
    }
    s = _mm_fmadd_ps(_mm_mul_ps(d, scale), _mm_cvtepi32_ps(low), s);
    if (isSixteens) {
      s = _mm_fmadd_ps(_mm_mul_ps(e, scale), _mm_cvtepi32_ps(high), s);
      rest = _mm_fmadd_ps(isOffset ? load128(scales + offset) : d, spread(sums + 4), rest);
      rest = _mm_fmadd_ps(isOffset ? load128(scales + offset + 16) : e, spread(sums + 8), rest);
    } else {
      rest = _mm_fmadd_ps(isOffset ? load128(scales + offset) : d, spread(sums + 12), rest);
    }
  }
  return isOffset ? _mm_add_ps(s, rest) : _mm_sub_ps(s, _mm_mul_ps(rest, _mm_set1_ps(zero)));
}

static __m128 four_rows_of(const uint8_t *b, const uint8_t *x, int K, float zero, int layout) {
  switch (layout) {
    case INT4: return four_rows(b, x, K, zero, 1, 0, 0);
    case INT4 + OFFSETS: return four_rows(b, x, K, zero, 1, 0, 1);
    case INT4 + SIXTEENS: return four_rows(b, x, K, zero, 1, 1, 0);
    case INT4 + SIXTEENS + OFFSETS: return four_rows(b, x, K, zero, 1, 1, 1);
    case INT8: return four_rows(b, x, K, zero, 0, 0, 0);
    case INT8 + OFFSETS: return four_rows(b, x, K, zero, 0, 0, 1);
    case INT8 + SIXTEENS: return four_rows(b, x, K, zero, 0, 1, 0);
    default: return four_rows(b, x, K, zero, 0, 1, 1);
  }
}

static void place(float *to, __m128 sums, int n, const float *bias, int mode) {
  float x[4];
  _mm_storeu_ps(x, sums);
  for (int j = 0; j < n; j++) {
    if (mode & ADD) x[j] += to[j];
    if (bias) x[j] += bias[j];
    to[j] = (mode & RELU) && x[j] <= 0 ? 0 : x[j];
  }
}

void woven_products_avx2(const Products *p) {
  int across = (p->N + p->blockColumns - 1) / p->blockColumns, ready = -1; // the first of the rows that are rounded
  long step = rounded_bytes(p->K, p->layout), stride = p->K / BLOCK * block_bytes(p->layout);
  uint8_t *rounded = (uint8_t *)p->scratch;
  for (int part = p->from; part < p->to; part++) {
    int m0 = part / across * p->blockRows, n0 = part % across * p->blockColumns;
    int rows = p->M - m0 < p->blockRows ? p->M - m0 : p->blockRows;
    int end = n0 + p->blockColumns < p->N ? n0 + p->blockColumns : p->N;
    for (int m = 0; ready != m0 && m < rows; m++)
      round_row(p->a + (long)(m0 + m) * p->K, rounded + m * step, p->K, (p->layout & FORMAT) == INT4);
    ready = m0;
    const uint8_t *weight = row_at(p->b, n0, p->K, p->layout);
    for (int n = n0; n < end; n += 4, weight += stride)
      for (int m = 0; m < rows; m++)
        place(p->c + (long)(m0 + m) * p->N + n, four_rows_of(weight, rounded + m * step, p->K, p->zero, p->layout),
              end - n < 4 ? end - n : 4, p->bias ? p->bias + n : 0, p->mode);
  }
}
