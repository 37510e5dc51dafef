#include "affine_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

/// Transposes 8 rows of 8 units: interleave neighbours by 32 bits, then by 64, then swap halves.
static inline void interleave_8x8(const uint32_t *in, size_t in_stride, uint32_t *out, size_t out_stride) {
  __m256 r[8], t[8];
  for (int i = 0; i < 8; ++i) r[i] = _mm256_loadu_ps((const float *)(in + (size_t)i * in_stride));
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {
    r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
    r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
    r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
  for (int i = 0; i < 4; ++i) {
    __m256 low = _mm256_permute2f128_ps(r[i], r[i + 4], 0x20);
    __m256 high = _mm256_permute2f128_ps(r[i], r[i + 4], 0x31);
    _mm256_storeu_ps((float *)(out + (size_t)i * out_stride), low);
    _mm256_storeu_ps((float *)(out + (size_t)(i + 4) * out_stride), high);
  }
}

void aq_interleave_32_avx2(void *args) {
  const aq_interleave_args *a = args;
  size_t whole_lanes = a->lanes / 8 * 8, whole_units = a->count / 8 * 8;
  for (size_t i = 0; i < whole_units; i += 8)
    for (size_t lane = 0; lane < whole_lanes; lane += 8)
      interleave_8x8(
          a->in + lane * a->in_stride + i, a->in_stride, a->out + i * a->padded_lanes + lane,
          a->padded_lanes);
  for (size_t i = 0; i < a->count; ++i) {
    size_t first = i < whole_units ? whole_lanes : 0;
    for (size_t lane = first; lane < a->padded_lanes; ++lane)
      a->out[i * a->padded_lanes + lane] = lane < a->lanes ? a->in[lane * a->in_stride + i] : 0;
  }
}

#pragma clang attribute pop
#endif
