// Not by __builtin_cpu_supports: in a library that `zig cc` linked it finds nothing.
#include "cpu.h"

#if defined(__x86_64__)
typedef struct { unsigned a, b, c, d; } Registers;

static Registers cpuid(unsigned leaf) {
  Registers r;
  __asm__ volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(0));
  return r;
}

static int has(unsigned word, int bit) { return word >> bit & 1; }

Instructions best_instructions(void) {
  if (cpuid(0).a < 7) return NONE;
  Registers one = cpuid(1), seven = cpuid(7);
  if (!has(one.c, 27) || !has(one.c, 12) || !has(seven.b, 5)) return NONE; // OSXSAVE, FMA, AVX2
  unsigned kept, high;
  __asm__ volatile("xgetbv" : "=a"(kept), "=d"(high) : "c"(0));
  if ((kept & 0x06) != 0x06) return NONE; // registers of 128 and 256 bits
  int isWide = (kept & 0xe0) == 0xe0 && has(seven.b, 16) && has(seven.b, 30) && has(seven.b, 31); // AVX-512 F, BW, VL
  return isWide && has(seven.c, 11) ? AVX512 : AVX2; // VNNI
}
#elif defined(__aarch64__)
Instructions best_instructions(void) { return NEON; }
#else
Instructions best_instructions(void) { return NONE; }
#endif
