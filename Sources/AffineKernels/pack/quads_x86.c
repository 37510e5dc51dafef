#include "quads_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

/// Quads of 32 columns: bytes of neighbouring rows, then pairs of those, in 128-bit halves.
static inline void fill_32(const uint8_t *in, size_t in_stride, __m256i flip, uint32_t *words) {
  __m256i rows[4], low[2], high[2];
  for (size_t r = 0; r < 4; ++r)
    rows[r] = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(in + r * in_stride)), flip);
  for (int i = 0; i < 2; ++i) {
    low[i] = _mm256_unpacklo_epi8(rows[2 * i], rows[2 * i + 1]);
    high[i] = _mm256_unpackhi_epi8(rows[2 * i], rows[2 * i + 1]);
  }
  const __m256i quads[4] = {
      _mm256_unpacklo_epi16(low[0], low[1]), _mm256_unpackhi_epi16(low[0], low[1]),
      _mm256_unpacklo_epi16(high[0], high[1]), _mm256_unpackhi_epi16(high[0], high[1])};
  __m256i *to = (__m256i *)words;
  for (int i = 0; i < 2; ++i) {
    _mm256_storeu_si256(to + i, _mm256_permute2x128_si256(quads[2 * i], quads[2 * i + 1], 0x20));
    _mm256_storeu_si256(to + 2 + i, _mm256_permute2x128_si256(quads[2 * i], quads[2 * i + 1], 0x31));
  }
}

static inline void fill(
    const uint8_t *in, size_t in_stride, size_t rows, size_t columns, uint8_t flip, uint32_t *words) {
  const __m256i flips = _mm256_set1_epi8((char)flip);
  size_t c = 0;
  for (; rows == 4 && c + 32 <= columns; c += 32) fill_32(in + c, in_stride, flips, words + c);
  if (rows == 4 && c < columns && columns >= 32) {
    // Some of these again.
    c = columns - 32;
    fill_32(in + c, in_stride, flips, words + c);
    return;
  }
  fill_words(in, in_stride, rows, c, columns, flip, words);
}

void aq_quads_8_avx2(void *args) { quads_8_body(args, fill); }

/// Four times the codes of eight lanes of which `there` says which are read, as sums of quads.
INLINE __m256i sums_of_quads(const uint8_t *codes, __m256i there, const bool is_signed) {
  const __m256i ones = _mm256_set1_epi8(1);
  __m256i quads = _mm256_maskload_epi32((const int *)codes, there);
  // The first factor is unsigned. A pair of codes is at most 510: nothing saturates.
  __m256i pairs = is_signed ? _mm256_maddubs_epi16(ones, quads) : _mm256_maddubs_epi16(quads, ones);
  return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

INLINE void totals_of_quads(const aq_quad_totals_args *a, const bool is_signed) {
  const __m256i places = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const size_t stride = 4 * a->lanes;
  for (size_t lane = 0; lane < a->lanes; lane += 8) {
    const size_t lanes = a->lanes - lane < 8 ? a->lanes - lane : 8;
    const __m256i there = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)lanes), places);
    const uint8_t *codes = a->codes + 4 * lane;
    for (size_t s = 0; s < a->slices; ++s) {
      __m256i first = _mm256_setzero_si256(), second = first;
      size_t q = 0, quads = a->slice_quads[s];
      for (; q + 2 <= quads; q += 2, codes += 2 * stride) {
        first = _mm256_add_epi32(first, sums_of_quads(codes, there, is_signed));
        second = _mm256_add_epi32(second, sums_of_quads(codes + stride, there, is_signed));
      }
      for (; q < quads; ++q, codes += stride) first = _mm256_add_epi32(first, sums_of_quads(codes, there, is_signed));
      int32_t sums[8], *total = a->total + s * a->lanes + lane;
      _mm256_storeu_si256((__m256i *)sums, _mm256_add_epi32(first, second));
      if (lanes == 8) __builtin_memcpy(total, sums, sizeof sums);
      else
        for (size_t i = 0; i < lanes; ++i) total[i] = sums[i];
    }
  }
}

void aq_quad_totals_8_avx2(void *args) {
  const aq_quad_totals_args *a = args;
  if (a->is_signed) totals_of_quads(a, true);
  else totals_of_quads(a, false);
}

#pragma clang attribute pop
#endif
