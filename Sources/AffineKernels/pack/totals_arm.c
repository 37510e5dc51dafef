#include "totals_body.h"

#if defined(__aarch64__)
#include <arm_neon.h>

INLINE void totals(const aq_totals_args *a, const bool is_signed) {
  const uint8_t *codes = a->codes;
  for (size_t s = 0; s < a->slices; ++s) {
    size_t count = 4 * (size_t)a->slice_quads[s], c = 0;
    uint32x4_t total = vdupq_n_u32(0), product = total;
    for (; c + 32 <= count; c += 32) {
      uint8x16x2_t pairs = vld2q_u8(codes + c);
      // A product of bytes is at most 255 * 255: no overflow in 16 bits.
      if (is_signed) {
        int8x16_t even = vreinterpretq_s8_u8(pairs.val[0]), odd = vreinterpretq_s8_u8(pairs.val[1]);
        int32x4_t sum = vreinterpretq_s32_u32(total), products = vreinterpretq_s32_u32(product);
        sum = vpadalq_s16(sum, vpadalq_s8(vpaddlq_s8(even), odd));
        products = vpadalq_s16(products, vmull_s8(vget_low_s8(even), vget_low_s8(odd)));
        products = vpadalq_s16(products, vmull_high_s8(even, odd));
        total = vreinterpretq_u32_s32(sum);
        product = vreinterpretq_u32_s32(products);
      } else {
        uint8x16_t even = pairs.val[0], odd = pairs.val[1];
        total = vpadalq_u16(total, vpadalq_u8(vpaddlq_u8(even), odd));
        product = vpadalq_u16(product, vmull_u8(vget_low_u8(even), vget_low_u8(odd)));
        product = vpadalq_u16(product, vmull_high_u8(even, odd));
      }
    }
    end_slice(a, s, codes, c, count, is_signed, vaddvq_u32(total), vaddvq_u32(product));
    codes += count;
  }
}

void aq_totals_8_neon(void *args) {
  const aq_totals_args *a = args;
  if (a->is_signed) totals(a, true);
  else totals(a, false);
}

void aq_widen_8_neon(void *args) {
  const aq_widen_args *a = args;
  const uint8x16_t order = {0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15};
  size_t q = 0;
  for (; q + 4 <= a->quads; q += 4) {
    int8x16_t codes = vqtbl1q_s8(vld1q_s8(a->codes + 4 * q), order);
    vst1q_s16(a->wide + 4 * q, vmovl_s8(vget_low_s8(codes)));
    vst1q_s16(a->wide + 4 * q + 8, vmovl_high_s8(codes));
  }
  for (; q < a->quads; ++q)
    for (size_t i = 0; i < 4; ++i) a->wide[4 * q + i] = a->codes[4 * q + order[i]];
}
#endif
