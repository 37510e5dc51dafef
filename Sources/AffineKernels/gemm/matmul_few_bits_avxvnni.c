#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avxvnni"))), apply_to = function)

#include "vectors_256.h"

enum { ROWS = 6, LHS_BYTES = 4 * ROWS };

INLINE ints dot(ints sum, ints codes, ints row) { return _mm256_dpbusd_avx_epi32(sum, codes, row); }

#include "few_bits_dot.h"

DOT_KERNELS(avxvnni)

#pragma clang attribute pop
#endif
