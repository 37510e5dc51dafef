#include "lookup_body.h"

#if defined(__aarch64__)
#include <arm_neon.h>

enum { TOGETHER = 16 };

/// Numbers of 16 codes of 4 bits: a number's four bytes are looked up in a table that fits in registers.
static inline void look_up_16(uint8x16x4_t table, uint8x16_t codes, float *numbers) {
  const uint8x16_t bytes = {0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3};
  uint8x16_t lanes = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3}, starts = vshlq_n_u8(codes, 2);
  for (int i = 0; i < 4; ++i, lanes = vaddq_u8(lanes, vdupq_n_u8(4))) {
    uint8x16_t number = vqtbl4q_u8(table, vorrq_u8(vqtbl1q_u8(starts, lanes), bytes));
    vst1q_f32(numbers + 4 * i, vreinterpretq_f32_u8(number));
  }
}

INLINE void lookup(const aq_lookup_args *a, const bool is_small) {
  const float *numbers_of = a->table;
  uint8x16x4_t table;
  for (int i = 0; i < 4; ++i) table.val[i] = vreinterpretq_u8_f32(vld1q_f32(numbers_of + 4 * i));
  for (size_t r = 0, c = 0; r < a->runs; ++r) {
    const size_t end = a->ends[r];
    const float32x4_t scale = vdupq_n_f32(a->scale[r]), bias = vdupq_n_f32(a->bias ? a->bias[r] : 0);
    for (; c + TOGETHER <= end; c += TOGETHER) {
      float numbers[TOGETHER];
      if (is_small) look_up_16(table, vld1q_u8(a->codes + c), numbers);
      else
        for (size_t i = 0; i < TOGETHER; ++i) numbers[i] = numbers_of[a->codes[c + i]];
      for (size_t i = 0; i < TOGETHER; i += 4) {
        float32x4_t value = vmulq_f32(vld1q_f32(numbers + i), scale);
        if (a->bias) value = vaddq_f32(value, bias);
        vst1q_f32(a->values + c + i, value);
      }
    }
    for (; c < end; ++c) a->values[c] = lookup_one(a, r, c);
  }
}

void aq_lookup_8_neon(void *args) {
  const aq_lookup_args *a = args;
  if (a->bits <= 4) lookup(a, true);
  else lookup(a, false);
}
#endif
