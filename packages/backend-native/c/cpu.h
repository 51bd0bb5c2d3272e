// The instructions that this processor has, and that its system keeps the registers of.
#pragma once

typedef enum { NONE, AVX2, AVX512, NEON } Instructions;

static const char *const INSTRUCTION_NAMES[] = {"none", "avx2", "avx512", "neon"};

/** The best of those that there are kernels for. AVX512 is that with VNNI, of 2019 and newer. */
Instructions best_instructions(void);
