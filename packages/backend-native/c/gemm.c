// Products of float32, compiled once for each kind of instructions, which INSTRUCTIONS names.
//
// As in @qkv/backend-wasm's assembly/gemm.ts: B is packed in panels of NR columns, A in panels of MR rows, both zero-padded, and a
// tile of C stays in registers. Each number is a chain of fused products and sums over KC elements of K at a time, and so has the
// bits of the kernels for relaxed SIMD, whatever the tile. Rows of A that are contiguous are read where they stand.
#include "kernels.h"
#include "unpack.h"
#include "vector.h"

// As many sums as the registers hold beside NV vectors of B and an element of A.
#if defined(__AVX512F__)
enum { MR = 12, NV = 2 };
#elif defined(__AVX2__)
enum { MR = 6, NV = 2 };
#else
enum { MR = 6, NV = 4 };
#endif

// KC decides how sums are rounded; KC * NC and KC * MC floats are the scratch that wasm's gemmScratch asks for.
enum { NR = NV * LANES, KC = 256, NC = 512, MC = 60 };
_Static_assert(MC % MR == 0 && NC % NR == 0, "whole panels");

INLINE int least(int a, int b) { return a < b ? a : b; }

/** How a tile goes to C. */
typedef struct {
  float *c;
  long ldc;
  const float *bias; // NR floats, or NULL
  int mode;
} Place;

/** An MR x NR tile from A, whose rows are `row` apart and columns `column`, and a packed panel of B. */
INLINE void tile(const float *a, long row, long column, const float *b, int K, Place to) {
  Vector sums[MR][NV];
#pragma GCC unroll 16
  for (int i = 0; i < MR; i++)
#pragma GCC unroll 4
    for (int j = 0; j < NV; j++) sums[i][j] = (Vector){0};
  for (int k = 0; k < K; k++) {
    Vector x[NV];
#pragma GCC unroll 4
    for (int j = 0; j < NV; j++) x[j] = load(b + j * LANES);
#pragma GCC unroll 16
    for (int i = 0; i < MR; i++) {
      Vector y = splat(a[i * row]);
#pragma GCC unroll 4
      for (int j = 0; j < NV; j++) sums[i][j] = fma_(y, x[j], sums[i][j]);
    }
    a += column;
    b += NR;
  }
#pragma GCC unroll 16
  for (int i = 0; i < MR; i++)
#pragma GCC unroll 4
    for (int j = 0; j < NV; j++) {
      float *at = to.c + i * to.ldc + j * LANES;
      Vector x = sums[i][j];
      if (to.mode & ADD) x += load(at);
      if (to.bias) x += load(to.bias + j * LANES);
      if (to.mode & RELU) x = relu(x);
      store(at, x);
    }
}

static __attribute__((noinline)) void packed_tile(const float *a, const float *b, int K, Place to) {
  tile(a, 1, MR, b, K, to);
}

static __attribute__((noinline)) void standing_tile(const float *a, long row, const float *b, int K, Place to) {
  tile(a, row, 1, b, K, to);
}

/** The first m x n of a tile. */
static void edge_tile(const float *a, const float *b, int K, Place to, int m, int n) {
  float whole[MR * NR];
  packed_tile(a, b, K, (Place){whole, NR, 0, 0});
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      float *at = to.c + i * to.ldc + j, x = whole[i * NR + j];
      if (to.mode & ADD) x += *at;
      if (to.bias) x += to.bias[j];
      if ((to.mode & RELU) && x <= 0) x = 0;
      *at = x;
    }
}

/** Packs K x n (n <= NR) of B to K x NR. */
static void pack_b(const float *b, float *to, int K, int n, long rbs, long cbs) {
  int k = 0;
  if (n == NR && cbs == 1) {
    for (; k < K; k++, b += rbs, to += NR)
      for (int j = 0; j < NV; j++) store(to + j * LANES, load(b + j * LANES));
    return;
  }
  if (n == NR && rbs == 1)
    for (; k + 4 <= K; k += 4)
      for (int j = 0; j < NR; j += 4) transpose4(b + j * cbs + k, cbs, to + k * NR + j, NR);
  for (; k < K; k++)
    for (int j = 0; j < NR; j++) to[k * NR + j] = j < n ? b[k * rbs + j * cbs] : 0;
}

/** Packs m (m <= MC) x K of A to panels K x MR, row by row of a transposed A, so that each of its pages is touched once. */
static void pack_a(const float *a, float *to, int K, int m, long ras, long cas) {
  for (int k = 0; k < K; k++, a += cas)
    for (int i = 0; i < m; i += MR) {
      float *panel = to + (long)i * K + k * MR;
      if (i + MR <= m)
        for (int row = 0; row < MR; row++) panel[row] = a[(i + row) * ras];
      else
        for (int row = 0; row < MR; row++) panel[row] = i + row < m ? a[(i + row) * ras] : 0;
    }
}

/** One block of a product: rows x columns of C. */
static void block(const Products *p, const float *a, const void *b, float *c, int rows, int columns, const float *bias) {
  float *packedA = p->scratch + KC * NC;
  for (int n0 = 0; n0 < columns; n0 += NC) {
    int nb = least(NC, columns - n0);
    for (int k0 = 0; k0 < p->K; k0 += KC) {
      int kb = least(KC, p->K - k0);
      int isLast = k0 + kb == p->K;
      int mode = (k0 > 0 ? ADD : p->mode & ADD) | (isLast ? p->mode & RELU : 0);
      for (int j = 0; j < nb; j += NR) {
        float *panel = p->scratch + (long)j * kb;
        int n = least(NR, nb - j);
        if (p->layout) unpack(row_at(b, n0 + j, p->K, p->layout), panel, NR, p->K, k0, kb, n, p->layout, p->zero);
        else pack_b((const float *)b + k0 * p->rbs + (n0 + j) * p->cbs, panel, kb, n, p->rbs, p->cbs);
      }
      for (int m0 = 0; m0 < rows; m0 += MC) {
        int mb = least(MC, rows - m0);
        int standing = p->cas == 1 ? mb - mb % MR : 0; // rows that are not packed
        const float *from = a + m0 * p->ras + k0 * p->cas;
        pack_a(from + standing * p->ras, packedA, kb, mb - standing, p->ras, p->cas);
        for (int j = 0; j < nb; j += NR) {
          const float *panel = p->scratch + (long)j * kb;
          int n = least(NR, nb - j);
          for (int i = 0; i < mb; i += MR) {
            const float *shift = isLast && bias ? bias + n0 + j : 0;
            Place to = {c + (m0 + i) * p->ldc + n0 + j, p->ldc, shift, mode};
            const float *rowsOf = packedA + (long)(i - standing) * kb;
            if (n < NR || mb - i < MR) {
              if (i < standing) pack_a(from + i * p->ras, packedA + KC * (MC - MR), kb, MR, p->ras, 1);
              edge_tile(i < standing ? packedA + KC * (MC - MR) : rowsOf, panel, kb, to, least(MR, mb - i), n);
            } else if (i < standing) standing_tile(from + i * p->ras, p->ras, panel, kb, to);
            else packed_tile(rowsOf, panel, kb, to);
          }
        }
      }
    }
  }
}

void KERNEL(products)(const Products *p) {
  int across = (p->N + p->blockColumns - 1) / p->blockColumns;
  int blocks = across * ((p->M + p->blockRows - 1) / p->blockRows);
  for (int part = p->from; part < p->to; part++) {
    long batch = part / blocks;
    int m = part % blocks / across * p->blockRows, n = part % blocks % across * p->blockColumns;
    const float *a = p->a + batch * p->stepA + m * p->ras, *floats = (const float *)p->b + batch * p->stepB + n * p->cbs;
    const void *b = p->layout ? (const void *)row_at(p->b, n, p->K, p->layout) : floats;
    float *c = p->c + (batch * p->M + m) * p->ldc + n;
    block(p, a, b, c, least(p->blockRows, p->M - m), least(p->blockColumns, p->N - n), p->bias ? p->bias + n : 0);
  }
}
