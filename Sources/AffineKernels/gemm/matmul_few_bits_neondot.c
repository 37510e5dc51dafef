#include "affine_kernels.h"

#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#include "vectors_128.h"

enum { ROWS = 8, LHS_BYTES = 4 * ROWS };
void aq_matmul_i8_neondot(void *args);

INLINE ints dot(ints sum, ints codes, ints row) {
  return vdotq_s32(sum, vreinterpretq_s8_s32(codes), vreinterpretq_s8_s32(row));
}

#include "few_bits_dot.h"

INLINE void byte_panels(aq_matmul_i8_args *t, const int kind) {
  (void)kind;
  aq_matmul_i8_neondot(t);
}

#include "matmul_few_bits_body.h"

FEW_BITS_KERNELS(neondot)

#pragma clang attribute pop
#endif
