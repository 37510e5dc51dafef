#include "affine_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

static inline __attribute__((always_inline)) __m256i widen16(__m128i codes, const bool is_signed) {
  return is_signed ? _mm256_cvtepi8_epi16(codes) : _mm256_cvtepu8_epi16(codes);
}

/// 64 codes as four vectors of 16 bits.
static inline __attribute__((always_inline)) void load64(
    const uint8_t *codes, size_t index, const int bits, const bool is_signed, __m256i out[4]) {
  __m256i halves[2];
  if (bits == 8) {
    halves[0] = _mm256_loadu_si256((const __m256i *)(codes + index));
    halves[1] = _mm256_loadu_si256((const __m256i *)(codes + index + 32));
  } else {
    __m256i bytes = _mm256_loadu_si256((const __m256i *)(codes + index / 2));
    __m256i mask = _mm256_set1_epi8(15), sign = _mm256_set1_epi8(8);
    halves[0] = _mm256_and_si256(bytes, mask);
    halves[1] = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), mask);
    for (int h = 0; is_signed && h < 2; ++h)
      halves[h] = _mm256_sub_epi8(_mm256_xor_si256(halves[h], sign), sign);
  }
  for (int h = 0; h < 2; ++h) {
    out[2 * h] = widen16(_mm256_castsi256_si128(halves[h]), is_signed);
    out[2 * h + 1] = widen16(_mm256_extracti128_si256(halves[h], 1), is_signed);
  }
}

/// Zero points of 8 lanes, each repeated for both codes of a pair.
static inline __m256i pairs_of(const int16_t *zero_points) {
  __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)zero_points));
  return _mm256_or_si256(wide, _mm256_slli_epi32(wide, 16));
}

/// Takes the zero points away from a slice of the panel, 8 lanes at a time.
static inline void subtract(int16_t *panel, uint32_t pairs, size_t lanes, const int16_t *zero_points) {
  for (size_t lane = 0; lane < lanes; lane += 8) {
    __m256i zero = pairs_of(zero_points + lane);
    for (uint32_t p = 0; p < pairs; ++p) {
      __m256i *at = (__m256i *)(panel + ((size_t)p * lanes + lane) * 2);
      _mm256_storeu_si256(at, _mm256_sub_epi16(_mm256_loadu_si256(at), zero));
    }
  }
}

static inline __attribute__((always_inline)) void widen(
    const aq_widen_args *a, const int bits, const bool is_signed) {
  size_t pairs = 0;
  for (size_t s = 0; s < a->slices; ++s) pairs += a->pairs[s];
  // Codes and panel are padded to whole blocks of 64.
  for (size_t index = 0; index < pairs * a->lanes * 2; index += 64) {
    __m256i wide[4];
    load64(a->codes, index, bits, is_signed, wide);
    for (int i = 0; i < 4; ++i) _mm256_storeu_si256((__m256i *)(a->panel + index + 16 * i), wide[i]);
  }
  if (!a->zero_points) return;
  int16_t *panel = a->panel;
  for (size_t s = 0; s < a->slices; ++s) {
    subtract(panel, a->pairs[s], a->lanes, a->zero_points + s * a->lanes);
    panel += (size_t)a->pairs[s] * a->lanes * 2;
  }
}

void aq_widen_i8_avx2(void *args) { widen(args, 8, true); }
void aq_widen_u8_avx2(void *args) { widen(args, 8, false); }
void aq_widen_i4_avx2(void *args) { widen(args, 4, true); }
void aq_widen_u4_avx2(void *args) { widen(args, 4, false); }

#pragma clang attribute pop
#endif
