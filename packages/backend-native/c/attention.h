// Attention's forward pass: what `attention` of @qkv/backend-wasm's assembly/attention.ts is told, with pointers.
#pragma once
#include <stdint.h>

/** What stays the same over the heads, in the order in which writeAttentionShape writes it. */
typedef struct {
  int32_t Q, K, D, heads;
  float scale;
  int32_t causal;
  int32_t maskBatch, maskHead, maskRow, maskColumn, biasBatch, biasHead, biasRow, biasColumn; // strides, in elements
  int32_t dropout[4]; // for assembly/attention.ts alone, as are softcap and format
  int32_t groupSize, window;
  float softcap;
  uint32_t sinks;
  int32_t sinkHead, sinkRow, capacity, format;
} AttentionShape;

typedef struct {
  const AttentionShape *shape;
  const float *q, *k, *v;
  const uint8_t *mask; // NULL for none, as are bias and sinks
  const float *bias, *sinks;
  float *y, *logSumExp;
  int from, to;
  float *scratch;
} Attention;

typedef void AttentionKernel(const Attention *);
