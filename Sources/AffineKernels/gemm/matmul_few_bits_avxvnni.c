#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avxvnni"))), apply_to = function)

#include "vectors_256.h"

enum { ROWS = 6, LHS_BYTES = 4 * ROWS };
void aq_matmul_i8_avxvnni(void *args);

INLINE ints dot(ints sum, ints codes, ints row) { return _mm256_dpbusd_avx_epi32(sum, codes, row); }

/// Two sums a vector, so that fewer products wait for the one before.
INLINE ints add_products(ints sum, const ints codes[8], const uint8_t *lhs, const int quads, const int kind) {
  (void)kind;
  ints other = broadcast_byte(0);
  for (int q = 0; q < quads; ++q) {
    ints row = broadcast_int(lhs + q * LHS_BYTES);
    if (q % 2 == 0) sum = dot(sum, codes[q], row);
    else other = dot(other, codes[q], row);
  }
  return quads == 1 ? sum : add_ints(sum, other);
}

INLINE void byte_panels(aq_matmul_i8_args *t, const int kind) {
  (void)kind;
  aq_matmul_i8_avxvnni(t);
}

#include "matmul_few_bits_body.h"

FEW_BITS_KERNELS(avxvnni)

#pragma clang attribute pop
#endif
