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

DOT_KERNELS(neon)
#endif
