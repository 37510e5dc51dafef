#include "totals_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

static inline int32_t sum_lanes(__m256i v) {
  __m128i half = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1)));
}

INLINE void totals(const aq_totals_args *a, const bool is_signed) {
  const uint8_t *codes = a->codes;
  const __m256i ones = _mm256_set1_epi16(1);
  for (size_t s = 0; s < a->slices; ++s) {
    size_t count = 4 * (size_t)a->slice_quads[s], c = 0;
    __m256i total = _mm256_setzero_si256(), product = total;
    for (; c + 32 <= count; c += 32) {
      __m256i v = _mm256_loadu_si256((const __m256i *)(codes + c));
      __m256i low = is_signed ? _mm256_srai_epi16(_mm256_slli_epi16(v, 8), 8)
                              : _mm256_and_si256(v, _mm256_set1_epi16(0xff));
      __m256i high = is_signed ? _mm256_srai_epi16(v, 8) : _mm256_srli_epi16(v, 8);
      // A pair of codes is at most 510, a pair of products at most 2 * 255 * 255: no overflow here.
      total = _mm256_add_epi32(total, _mm256_madd_epi16(_mm256_add_epi16(low, high), ones));
      product = _mm256_add_epi32(product, _mm256_madd_epi16(low, high));
    }
    end_slice(
        a, s, codes, c, count, is_signed, (uint32_t)sum_lanes(total), (uint32_t)sum_lanes(product));
    codes += count;
  }
}

void aq_totals_8_avx2(void *args) {
  const aq_totals_args *a = args;
  if (a->is_signed) totals(a, true);
  else totals(a, false);
}

void aq_widen_8_avx2(void *args) {
  const aq_widen_args *a = args;
  size_t q = 0;
  for (; q + 8 <= a->quads; q += 8) {
    __m256i v = _mm256_loadu_si256((const __m256i *)(a->codes + 4 * q));
    __m256i even = _mm256_srai_epi16(_mm256_slli_epi16(v, 8), 8), odd = _mm256_srai_epi16(v, 8);
    __m256i low = _mm256_unpacklo_epi32(even, odd), high = _mm256_unpackhi_epi32(even, odd);
    // Unpacking works in 128-bit halves: quads 0 1 4 5 and 2 3 6 7.
    __m256i *to = (__m256i *)(a->wide + 4 * q);
    _mm256_storeu_si256(to, _mm256_permute2x128_si256(low, high, 0x20));
    _mm256_storeu_si256(to + 1, _mm256_permute2x128_si256(low, high, 0x31));
  }
  for (; q < a->quads; ++q) {
    const int8_t *c = a->codes + 4 * q;
    int16_t *to = a->wide + 4 * q;
    to[0] = c[0];
    to[1] = c[2];
    to[2] = c[1];
    to[3] = c[3];
  }
}

#pragma clang attribute pop
#endif
