#include "affine_kernels.h"

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

void aq_interleave_32_neon(void *args) {
  const aq_interleave_args *a = args;
  const size_t lanes = a->lanes, padded = a->padded_lanes, count = a->count, stride = a->in_stride;
  for (size_t lane = 0; lane < padded; lane += 4) {
    const uint32_t *in = a->in + lane * stride;
    uint32_t *out = a->out + lane;
    size_t i = 0;
    for (; lane + 4 <= lanes && i + 4 <= count; i += 4)
      transpose_4x4(in + i, stride, out + i * padded, padded);
    for (; i < count; ++i)
      for (size_t l = 0; l < 4 && lane + l < padded; ++l)
        out[i * padded + l] = lane + l < lanes ? in[l * stride + i] : 0;
  }
}
#endif
