// Products of matrices: what `products` of @qkv/backend-wasm's assembly/gemm.ts is told, with pointers.
#pragma once

/** Parts `from` to `to` of C[m, n] = sum over k of a[m * ras + k * cas] * b[k * rbs + n * cbs]; see assembly/gemm.ts. */
typedef struct {
  const float *a;
  const void *b; // floats, or a packed weight
  float *c;
  long stepA, stepB; // elements from one product's operands to the next one's
  int M, N, K;
  long ras, cas, rbs, cbs, ldc; // from row to row and from column to column of A and B, and from row to row of C
  const float *bias; // N floats, or NULL
  int mode;
  int blockRows, blockColumns, from, to;
  float *scratch;
  int layout; // of a packed weight [N, K] in the place of B, as in assembly/weightFormat.ts; 0 where B is floats
  float zero; // the code that stands for 0
} Products;

enum { SCRATCH_BYTES = (256 * 512 + 256 * 60 + 6 * 16) * 4 }; // what assembly/gemm.ts asks for, for each thread

enum { ADD = 1, RELU = 2 }; // bits of `mode`: as in assembly/storeMode.ts

typedef void ProductsKernel(const Products *);
#if defined(__x86_64__)
/** Whether a product is one of few rows with codes, which are multiplied as they are: those of woven_products_avx2. */
int is_few_woven(const Products *);
ProductsKernel woven_products_avx2;
#endif
