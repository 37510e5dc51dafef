#include "vectors_128.h"

// Pairs of bfloat16 on 128-bit vectors.

enum { DECODES_BESIDE = 0 };

INLINE floats add_pairs(ints a, ints b, floats sum) {
  return vbfdotq_f32(sum, vreinterpretq_bf16_s32(b), vreinterpretq_bf16_s32(a));
}
/// Pairs of the values of two vectors, rounded.
INLINE ints pair_up(floats low, floats high) {
  uint16x8_t both = vreinterpretq_u16_bf16(vcvtq_high_bf16_f32(vcvtq_low_bf16_f32(low), high));
  return vreinterpretq_s32_u16(vzip1q_u16(both, vextq_u16(both, both, 4)));
}
