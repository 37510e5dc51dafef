#include "interleave_body.h"

#if defined(__aarch64__)
#include <arm_neon.h>

/// Transposes four rows of four units.
static inline void transpose_4x4(const uint32_t *in, size_t in_stride, uint32_t *out, size_t out_stride) {
  uint32x4_t rows[4], pairs[4];
  for (size_t i = 0; i < 4; ++i) rows[i] = vld1q_u32(in + i * in_stride);
  for (int i = 0; i < 2; ++i) {
    pairs[2 * i] = vzip1q_u32(rows[i], rows[i + 2]);
    pairs[2 * i + 1] = vzip2q_u32(rows[i], rows[i + 2]);
  }
  for (size_t i = 0; i < 2; ++i) {
    vst1q_u32(out + 2 * i * out_stride, vzip1q_u32(pairs[i], pairs[i + 2]));
    vst1q_u32(out + (2 * i + 1) * out_stride, vzip2q_u32(pairs[i], pairs[i + 2]));
  }
}

/// The same of two rows of two units of two words.
static inline void transpose_2x2(const uint32_t *in, size_t in_stride, uint32_t *out, size_t out_stride) {
  uint64x2_t first = vreinterpretq_u64_u32(vld1q_u32(in));
  uint64x2_t second = vreinterpretq_u64_u32(vld1q_u32(in + in_stride));
  vst1q_u32(out, vreinterpretq_u32_u64(vzip1q_u64(first, second)));
  vst1q_u32(out + out_stride, vreinterpretq_u32_u64(vzip2q_u64(first, second)));
}

/// Blocks of as many units of as many lanes as fill a vector of each.
INLINE void interleave(const aq_interleave_args *a, const size_t words) {
  const size_t side = 4 / words, lanes = a->lanes / side * side, count = a->count / side * side;
  const size_t in_stride = a->in_stride, out_stride = a->padded_lanes * words;
  for (size_t lane = 0; lane < lanes; lane += side) {
    const uint32_t *in = a->in + lane * in_stride;
    uint32_t *out = a->out + lane * words;
    for (size_t i = 0; i < count; i += side)
      if (words == 1) transpose_4x4(in + i, in_stride, out + i * out_stride, out_stride);
      else transpose_2x2(in + 2 * i, in_stride, out + i * out_stride, out_stride);
  }
  aq_interleave_args whole = *a;
  whole.count = count;
  interleave_units(&whole, 0, lanes, words);
  interleave_units(a, count, 0, words);
}

void aq_interleave_32_neon(void *args) {
  const aq_interleave_args *a = args;
  if (a->words == 1) interleave(a, 1);
  else interleave(a, 2);
}
#endif
