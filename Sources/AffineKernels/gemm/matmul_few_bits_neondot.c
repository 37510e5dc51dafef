#include "affine_kernels.h"

#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#include "vectors_128.h"

enum { ROWS = 8, LHS_BYTES = 4 * ROWS };

INLINE ints dot(ints sum, ints codes, ints row) {
  return vdotq_s32(sum, vreinterpretq_s8_s32(codes), vreinterpretq_s8_s32(row));
}

#include "few_bits_dot.h"

#include "few_bits.h"

void aq_matmul_i8_neondot_from(const aq_matmul_i8_args *t, code_source *source);
INLINE void byte_panels(const aq_matmul_i8_args *t, code_source *source, const int kind) {
  (void)kind;
  aq_matmul_i8_neondot_from(t, source);
}

#include "matmul_few_bits_body.h"

FEW_BITS_KERNELS(neondot)
ROW_OF_HALF_BYTES(neondot)

#pragma clang attribute pop
#endif
