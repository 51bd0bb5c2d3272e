// Attention over tiles of queries and keys, compiled once for each kind of instructions: the forward pass of @qkv/backend-wasm's
// assembly/attention.ts, to its bits, for tiles of queries that it packs. Without dropout, a soft cap and keys in fewer bits.
#include <string.h>
#include "exponential.h"
#include "kernels.h"

enum { ROWS = 120, COLUMNS = 256 }; // they decide how sums are rounded
_Static_assert(COLUMNS % LANES == 0, "whole vectors");

#define HIDDEN (-__builtin_inff())

INLINE int least(int a, int b) { return a < b ? a : b; }
INLINE int most(int a, int b) { return a > b ? a : b; }

/** One head of one batch. */
typedef struct {
  const float *q, *k, *v;
  const uint8_t *mask;
  const float *bias, *sink;
  float *y, *logSumExp;
} Head;

/** How many keys, from the first, the rows before `end` may see. */
INLINE int visible(const AttentionShape *on, int end) {
  return on->causal ? least(on->K, most(0, end + on->K - on->Q)) : on->K;
}

/** The first key in the window of row i. */
INLINE int lowest(const AttentionShape *on, int i) {
  return on->window > 0 ? most(0, i + on->K - on->Q - on->window + 1) : 0;
}

/** Whether the softmax scales the scores: not where a bias is added, or -Infinity would turn into something else. */
INLINE int scales_late(const AttentionShape *on, const Head *head) { return head->bias == NULL && on->scale > 0; }

/** Adds the bias to the scores of query i from key j0 on, and hides what is not seen. */
static void finish_scores(const AttentionShape *on, const Head *head, float *row, int i, int j0, int columns) {
  int seen = least(columns, most(0, visible(on, i + 1) - j0));
  if (!scales_late(on, head))
    for (int j = 0; j < seen; j++) row[j] *= on->scale;
  if (head->bias != NULL) {
    const float *from = head->bias + (long)i * on->biasRow + (long)j0 * on->biasColumn;
    for (int j = 0; j < seen; j++) row[j] += from[(long)j * on->biasColumn];
  }
  if (head->mask != NULL) {
    const uint8_t *from = head->mask + (long)i * on->maskRow + (long)j0 * on->maskColumn;
    for (int j = 0; j < seen; j++) row[j] = from[(long)j * on->maskColumn] ? row[j] : HIDDEN;
  }
  for (int j = seen; j < columns; j++) row[j] = HIDDEN;
  int before = least(seen, lowest(on, i) - j0);
  for (int j = 0; j < before; j++) row[j] = HIDDEN;
}

/** C = A op(B), each row of C COLUMNS or D apart. */
INLINE void multiply(Products product) {
  product.blockRows = product.M;
  product.blockColumns = product.N;
  product.to = 1;
  KERNEL(products)(&product);
}

/** The scores of `rows` queries from i0 on and `columns` keys from j0 on, padded with -Infinity to whole vectors. */
static void score_tile(const AttentionShape *on, const Head *head, int i0, int rows, int j0, int columns, float *tile,
                       float *scratch) {
  long D = on->D;
  multiply((Products){.a = head->q + i0 * D, .b = head->k + j0 * D, .c = tile, .M = rows, .N = columns, .K = on->D,
                      .ras = D, .cas = 1, .rbs = 1, .cbs = D, .ldc = COLUMNS, .scratch = scratch});
  int isPlain = head->mask == NULL && scales_late(on, head);
  for (int i = 0; i < rows; i++) {
    float *row = tile + i * COLUMNS;
    int isWhole = isPlain && lowest(on, i0 + i) <= j0 && visible(on, i0 + i + 1) >= j0 + columns;
    if (!isWhole) finish_scores(on, head, row, i0 + i, j0, columns);
    for (int j = columns; j % LANES != 0; j++) row[j] = HIDDEN;
  }
}

static int has_nan(const float *row, int count) {
  for (int j = 0; j < count; j++)
    if (row[j] != row[j]) return 1;
  return 0;
}

INLINE float sum_of(Four x) { return (x[0] + x[1]) + (x[2] + x[3]); }

/**
 * Turns a row of scores into weights that are yet to be divided by their sum, which is brought up to date, as is the highest score.
 * Gives what the row's result so far is to be multiplied by.
 */
static float weigh(float *row, int columns, float factor, float *top, float *sum) {
  int end = (columns + LANES - 1) / LANES * LANES;
  float highest[LANES], after = *top;
  Vector high = splat(HIDDEN);
  for (int j = 0; j < end; j += LANES) high = max_(load(row + j) * factor, high);
  store(highest, high);
  for (int j = 0; j < LANES; j++) after = highest[j] > after ? highest[j] : after;
  if (after == HIDDEN && !has_nan(row, columns)) {
    memset(row, 0, end * sizeof *row);
    return 1;
  }
  Vector shift = splat(-after);
  for (int j = 0; j < end; j += LANES) store(row + j, exp_down(fma_(load(row + j), splat(factor), shift)));
  Four sums = {0};
  for (int j = 0; j < end; j += 4) sums += *(const Four *)(row + j);
  float faded = *top == after ? 1 : exp_down(splat(*top - after))[0];
  *sum = *sum * faded + sum_of(sums);
  *top = after;
  return faded;
}

INLINE void scale_row(float *row, long count, float factor) {
  for (long d = 0; d < count; d++) row[d] *= factor;
}

/** The natural logarithm of a positive, normal x: as in assembly/simd.ts. */
static float logarithm(float x) {
  if (!(x > 0) || x == __builtin_inff()) return x;
  double mantissa = x;
  uint64_t bits;
  memcpy(&bits, &mantissa, 8);
  int exponent = (int)(bits >> 52) - 1023;
  bits = (bits & 0x000fffffffffffff) | 0x3ff0000000000000; // [1, 2)
  memcpy(&mantissa, &bits, 8);
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    exponent++;
  }
  double s = (mantissa - 1) / (mantissa + 1), z = s * s; // log(m) = 2 atanh(s), |s| < 0.172
  double series =
      1 + z * (1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9 + z * (1.0 / 11 + z * (1.0 / 13))))));
  return (float)(exponent * 0.6931471805599453 + 2 * s * series);
}

/** y and logsumexp of `rows` queries from i0 on. */
static void forward(const AttentionShape *on, const Head *head, int i0, int rows, float *scratch) {
  long D = on->D;
  float *tile = scratch + SCRATCH_BYTES / sizeof *scratch, *tops = tile + 2 * ROWS * COLUMNS, *sums = tops + ROWS;
  float *to = head->y + i0 * D, factor = scales_late(on, head) ? on->scale : 1;
  int start = lowest(on, i0), seen = visible(on, i0 + rows);
  // A sink is a key that every row sees, with a value of zeros.
  for (int i = 0; i < rows; i++) {
    tops[i] = head->sink == NULL ? HIDDEN : head->sink[(long)(i0 + i) * on->sinkRow];
    sums[i] = head->sink != NULL;
  }
  if (seen <= start) memset(to, 0, rows * D * sizeof *to);
  for (int j0 = start; j0 < seen; j0 += COLUMNS) {
    int columns = least(COLUMNS, seen - j0);
    score_tile(on, head, i0, rows, j0, columns, tile, scratch);
    for (int i = 0; i < rows; i++) {
      float faded = weigh(tile + i * COLUMNS, columns, factor, tops + i, sums + i);
      if (j0 > start && faded != 1) scale_row(to + i * D, D, faded);
    }
    multiply((Products){.a = tile, .b = head->v + j0 * D, .c = to, .M = rows, .N = on->D, .K = columns, .ras = COLUMNS,
                        .cas = 1, .rbs = D, .cbs = 1, .ldc = D, .mode = j0 > start ? ADD : 0, .scratch = scratch});
  }
  for (int i = 0; i < rows; i++) {
    int isSeen = sums[i] != 0; // NaN is
    scale_row(to + i * D, D, isSeen ? 1 / sums[i] : 0);
    head->logSumExp[i0 + i] = isSeen ? tops[i] + logarithm(sums[i]) : 0;
  }
}

void KERNEL(attention)(const Attention *of) {
  const AttentionShape *on = of->shape;
  int parts = (on->Q + ROWS - 1) / ROWS;
  for (int part = of->from; part < of->to; part++) {
    long n = part / parts, batch = n / on->heads, head = n % on->heads;
    int i0 = part % parts * ROWS;
    long q = n * on->Q * on->D, k = n / on->groupSize * on->capacity * on->D;
    Head one = {.q = of->q + q, .k = of->k + k, .v = of->v + k, .y = of->y + q, .logSumExp = of->logSumExp + n * on->Q};
    if (of->mask != NULL) one.mask = of->mask + batch * on->maskBatch + head * on->maskHead;
    if (of->bias != NULL) one.bias = of->bias + batch * on->biasBatch + head * on->biasHead;
    if (of->sinks != NULL) one.sink = of->sinks + head * on->sinkHead;
    forward(on, &one, i0, least(ROWS, on->Q - i0), of->scratch);
  }
}
