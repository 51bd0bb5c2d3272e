// The kernels that there are for each kind of instructions. A file that is compiled once for each names its own by KERNEL.
#pragma once
#include "attention.h"
#include "products.h"

typedef void ActivateKernel(int kind, const float *x, float *y, long count);

typedef struct {
  ProductsKernel *products;
  ActivateKernel *activate;
  AttentionKernel *attention;
} KernelSet;

#define JOINED(name, instructions) name##_##instructions
#define NAMED(name, instructions) JOINED(name, instructions)
#define KERNEL(name) NAMED(name, INSTRUCTIONS)

#define DECLARE(instructions)               \
  ProductsKernel products_##instructions;   \
  ActivateKernel activate_##instructions;   \
  AttentionKernel attention_##instructions;
#define SET(instructions) {products_##instructions, activate_##instructions, attention_##instructions}

#if defined(__x86_64__)
DECLARE(avx2)
DECLARE(avx512)
#elif defined(__aarch64__)
DECLARE(neon)
#endif
