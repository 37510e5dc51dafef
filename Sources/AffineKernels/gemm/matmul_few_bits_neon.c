#include "affine_kernels.h"

#if defined(__aarch64__)
#include "vectors_128.h"

enum { ROWS = 4, LHS_BYTES = 4 * ROWS };

/// The products of neighbours, added twice.
INLINE ints dot(ints sum, ints codes, ints row) {
  int8x16_t a = vreinterpretq_s8_s32(codes), b = vreinterpretq_s8_s32(row);
  ints low = vpaddlq_s16(vmull_s8(vget_low_s8(a), vget_low_s8(b)));
  ints high = vpaddlq_s16(vmull_high_s8(a, b));
  return add_ints(sum, vpaddq_s32(low, high));
}

#include "few_bits_dot.h"

#include "few_bits.h"

void aq_matmul_i8_neon_from(const aq_matmul_i8_args *t, code_source *source);
INLINE void byte_panels(const aq_matmul_i8_args *t, code_source *source, const int kind) {
  (void)kind;
  aq_matmul_i8_neon_from(t, source);
}

#include "matmul_few_bits_body.h"

FEW_BITS_KERNELS(neon)
#endif
