#include "affine_kernels.h"

// Floats of 16 bits and of 32.

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

void aq_widen_f16_avx2(void *args) {
  const aq_halves_args *a = args;
  size_t i = 0;
  for (; i + 8 <= a->count; i += 8)
    _mm256_storeu_ps(a->floats + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(a->halves + i))));
  for (; i < a->count; ++i) a->floats[i] = _cvtsh_ss(a->halves[i]);
}

void aq_round_f16_avx2(void *args) {
  const aq_halves_args *a = args;
  enum { NEAREST_EVEN = 0 };
  size_t i = 0;
  for (; i + 8 <= a->count; i += 8)
    _mm_storeu_si128(
        (__m128i *)(a->halves + i), _mm256_cvtps_ph(_mm256_loadu_ps(a->floats + i), NEAREST_EVEN));
  for (; i < a->count; ++i) a->halves[i] = _cvtss_sh(a->floats[i], NEAREST_EVEN);
}

void aq_widen_bf16_avx2(void *args) {
  const aq_halves_args *a = args;
  const uint16_t *restrict halves = a->halves;
  uint32_t *restrict floats = (uint32_t *)a->floats;
  for (size_t i = 0; i < a->count; ++i) floats[i] = (uint32_t)halves[i] << 16;
}

#pragma clang attribute pop
#endif
