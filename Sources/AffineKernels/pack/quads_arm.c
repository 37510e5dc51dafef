#include "quads_body.h"

#if defined(__aarch64__)
#include <arm_neon.h>

static inline void fill(
    const uint8_t *in, size_t in_stride, size_t rows, size_t columns, uint8_t flip, uint32_t *words) {
  size_t c = 0;
  for (; rows == 4 && c + 16 <= columns; c += 16) {
    uint8x16x4_t quads;
    for (size_t r = 0; r < 4; ++r) quads.val[r] = veorq_u8(vld1q_u8(in + r * in_stride + c), vdupq_n_u8(flip));
    vst4q_u8((uint8_t *)(words + c), quads);
  }
  fill_words(in, in_stride, rows, c, columns, flip, words);
}

void aq_quads_8_neon(void *args) { quads_8_body(args, fill); }

/// The sums of four quads of codes.
INLINE uint32x4_t sums_of_quads(const uint8_t *codes, const bool is_signed) {
  uint8x16_t quads = vld1q_u8(codes);
  return is_signed ? vreinterpretq_u32_s32(vpaddlq_s16(vpaddlq_s8(vreinterpretq_s8_u8(quads))))
                   : vpaddlq_u16(vpaddlq_u8(quads));
}

/// Lanes four at a time, and what is left over as the last four; panels have at least four.
INLINE void totals_of_quads(const aq_quad_totals_args *a, const bool is_signed) {
  const size_t stride = 4 * a->lanes;
  for (size_t start = 0; start < a->lanes; start += 4) {
    const size_t lane = start + 4 <= a->lanes ? start : a->lanes - 4;
    const uint8_t *codes = a->codes + 4 * lane;
    for (size_t s = 0; s < a->slices; ++s) {
      uint32x4_t total = vdupq_n_u32(0);
      for (size_t q = 0; q < a->slice_quads[s]; ++q, codes += stride)
        total = vaddq_u32(total, sums_of_quads(codes, is_signed));
      vst1q_s32(a->total + s * a->lanes + lane, vreinterpretq_s32_u32(total));
    }
  }
}

void aq_quad_totals_8_neon(void *args) {
  const aq_quad_totals_args *a = args;
  if (a->is_signed) totals_of_quads(a, true);
  else totals_of_quads(a, false);
}
#endif
