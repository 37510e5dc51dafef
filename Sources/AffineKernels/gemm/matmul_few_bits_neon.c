#include "affine_kernels.h"

#if defined(__aarch64__)
#include "vectors_128.h"

enum { ROWS = 4, LHS_BYTES = 4 * ROWS };
void aq_matmul_i8_neon(void *args);

/// The products of neighbours, added twice.
INLINE ints dot(ints sum, ints codes, ints row) {
  int8x16_t a = vreinterpretq_s8_s32(codes), b = vreinterpretq_s8_s32(row);
  ints low = vpaddlq_s16(vmull_s8(vget_low_s8(a), vget_low_s8(b)));
  ints high = vpaddlq_s16(vmull_high_s8(a, b));
  return add_ints(sum, vpaddq_s32(low, high));
}

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
  aq_matmul_i8_neon(t);
}

#include "matmul_few_bits_body.h"

FEW_BITS_KERNELS(neon)
#endif
