#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma"))), apply_to = function)

#include "vectors_512.h"

enum { ROWS = 6, LHS_BYTES = 4 * ROWS };

INLINE ints dot(ints sum, ints codes, ints row) { return _mm512_dpbusd_epi32(sum, codes, row); }

#include "few_bits_dot.h"

#include "few_bits.h"

void aq_matmul_i8_avx512vnni_from(const aq_matmul_i8_args *t, code_source *source);
INLINE void byte_panels(const aq_matmul_i8_args *t, code_source *source, const int kind) {
  (void)kind;
  aq_matmul_i8_avx512vnni_from(t, source);
}

#include "matmul_few_bits_body.h"

FEW_BITS_KERNELS(avx512vnni)
ROW_OF_HALF_BYTES(avx512vnni)

#pragma clang attribute pop
#endif
