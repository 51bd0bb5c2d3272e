// The activations, compiled once for each kind of instructions: to the bit those of @qkv/backend-wasm's assembly/elements.ts.
#include <string.h>
#include "exponential.h"
#include "kernels.h"

enum { TO_RELU, TO_GELU, TO_GELU_TANH, TO_SILU, TO_QUICK_GELU }; // as they are numbered there

/** The normal distribution function: assembly/simd.ts says of what the polynomial is. */
INLINE Vector normal_cdf(Vector x, Vector gauss) {
  Vector size = (Vector)((Mask)x & 0x7fffffff), t = 1.0f / fma_(size, splat(0.24748737f), splat(1));
  Vector p = splat(0.0439341588f);
  p = fma_(p, t, splat(-0.188846307f));
  p = fma_(p, t, splat(0.251458842f));
  p = fma_(p, t, splat(-0.120516047f));
  p = fma_(p, t, splat(0.163705853f));
  p = fma_(p, t, splat(0.105180649f));
  p = fma_(p, t, splat(0.165197979f));
  p = fma_(p, t, splat(0.184925846f));
  p = fma_(p, t, splat(0.197493364f));
  p = fma_(p, t, splat(0.197465676f));
  Vector half = 0.5f * gauss * (p * t);
  return chosen((Mask)(x < (Vector){0}), half, 1.0f - half);
}

/** What the sigmoid that x is multiplied by is of. */
INLINE Vector gated(int kind, Vector x) {
  if (kind == TO_GELU_TANH) return x * 1.5957691f * fma_(x * x, splat(0.044715f), splat(1)); // 2 sqrt(2 / pi)
  return kind == TO_QUICK_GELU ? x * 1.702f : x;
}

INLINE Vector activation(int kind, Vector x) {
  if (kind == TO_RELU) return relu(x);
  if (kind == TO_GELU) return x * normal_cdf(x, exp_down(x * x * -0.5f));
  return x * (1.0f / (1.0f + exp_(-gated(kind, x))));
}

INLINE void activate_all(int kind, const float *x, float *y, long count) {
  long i = 0;
  for (; i + LANES <= count; i += LANES) store(y + i, activation(kind, load(x + i)));
  if (i == count) return;
  float rest[LANES] = {0};
  memcpy(rest, x + i, (count - i) * sizeof *rest);
  store(rest, activation(kind, load(rest)));
  memcpy(y + i, rest, (count - i) * sizeof *rest);
}

void KERNEL(activate)(int kind, const float *x, float *y, long count) {
  switch (kind) { // a loop for each, which asks nothing
    case TO_RELU: activate_all(TO_RELU, x, y, count); return;
    case TO_GELU: activate_all(TO_GELU, x, y, count); return;
    case TO_GELU_TANH: activate_all(TO_GELU_TANH, x, y, count); return;
    case TO_SILU: activate_all(TO_SILU, x, y, count); return;
    default: activate_all(TO_QUICK_GELU, x, y, count);
  }
}
