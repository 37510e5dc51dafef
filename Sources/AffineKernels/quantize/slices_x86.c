#include "slices_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

static inline uint32_t largest_lane(__m256i v) {
  __m128i half = _mm_max_epu32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  half = _mm_max_epu32(half, _mm_shuffle_epi32(half, 0x4e));
  return (uint32_t)_mm_cvtsi128_si32(_mm_max_epu32(half, _mm_shuffle_epi32(half, 0xb1)));
}

static inline uint32_t largest_avx2(const float *values, size_t count, uint32_t largest) {
  const __m256i magnitude = _mm256_set1_epi32(0x7fffffff);
  __m256i first = _mm256_setzero_si256(), second = first;
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    __m256i low = _mm256_loadu_si256((const __m256i *)(values + i));
    __m256i high = _mm256_loadu_si256((const __m256i *)(values + i + 8));
    first = _mm256_max_epu32(first, _mm256_and_si256(low, magnitude));
    second = _mm256_max_epu32(second, _mm256_and_si256(high, magnitude));
  }
  uint32_t found = largest_lane(_mm256_max_epu32(first, second));
  return largest_of(values + i, count - i, found > largest ? found : largest);
}

/// Whole numbers of 8 values. A product of a magnitude and the inverse of its largest over 127 rounds to
/// 127 at most, so nothing is clamped.
static inline __m256i steps8(const float *values, __m256 inverse) {
  return _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(values), inverse));
}

static inline int32_t encode_avx2(const float *values, size_t count, float factor, int8_t *codes) {
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7), ones = _mm256_set1_epi16(1);
  const __m256 inverse = _mm256_set1_ps(factor);
  __m256i total = _mm256_setzero_si256();
  size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    __m256i low = _mm256_packs_epi32(steps8(values + i, inverse), steps8(values + i + 8, inverse));
    __m256i high = _mm256_packs_epi32(steps8(values + i + 16, inverse), steps8(values + i + 24, inverse));
    total = _mm256_add_epi32(total, _mm256_madd_epi16(_mm256_add_epi16(low, high), ones));
    __m256i packed = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high), order);
    _mm256_storeu_si256((__m256i *)(codes + i), packed);
  }
  __m128i half = _mm_add_epi32(_mm256_castsi256_si128(total), _mm256_extracti128_si256(total, 1));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
  int32_t sum = _mm_cvtsi128_si32(_mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1)));
  return sum + encode_some(values + i, count - i, factor, codes + i);
}

void aq_slices_i8_avx2(void *args) {
  slices_body(args, largest_avx2, encode_avx2);
}

#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,fma"))), apply_to = function)

static inline uint32_t largest_avx512(const float *values, size_t count, uint32_t largest) {
  const __m512i magnitude = _mm512_set1_epi32(0x7fffffff);
  __m512i found[4];
  for (int v = 0; v < 4; ++v) found[v] = _mm512_setzero_si512();
  size_t i = 0;
  for (; i + 64 <= count; i += 64)
    for (int v = 0; v < 4; ++v)
      found[v] = _mm512_max_epu32(
          found[v], _mm512_and_si512(_mm512_loadu_si512(values + i + 16 * v), magnitude));
  for (; i < count; i += 16) {
    __mmask16 present = (__mmask16)(count - i < 16 ? (1u << (count - i)) - 1 : 0xffff);
    found[0] = _mm512_max_epu32(
        found[0], _mm512_and_si512(_mm512_maskz_loadu_epi32(present, values + i), magnitude));
  }
  found[0] = _mm512_max_epu32(_mm512_max_epu32(found[0], found[1]), _mm512_max_epu32(found[2], found[3]));
  uint32_t most = _mm512_reduce_max_epu32(found[0]);
  return most > largest ? most : largest;
}

/// Codes of 64 values, of which those that `present` leaves out are zero, in their order.
static inline __m512i codes64(const float *values, uint64_t present, __m512 inverse) {
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  __m512i steps[4];
  for (int v = 0; v < 4; ++v) {
    __m512 four = _mm512_maskz_loadu_ps((__mmask16)(present >> 16 * v), values + 16 * v);
    steps[v] = _mm512_cvtps_epi32(_mm512_mul_ps(four, inverse));
  }
  __m512i low = _mm512_packs_epi32(steps[0], steps[1]), high = _mm512_packs_epi32(steps[2], steps[3]);
  return _mm512_permutexvar_epi32(order, _mm512_packs_epi16(low, high));
}

static inline int32_t encode_avx512(const float *values, size_t count, float factor, int8_t *codes) {
  const __m512i ones = _mm512_set1_epi8(1);
  const __m512 inverse = _mm512_set1_ps(factor);
  __m512i total = _mm512_setzero_si512();
  size_t i = 0;
  for (; i + 64 <= count; i += 64) {
    __m512i found = codes64(values + i, ~0ull, inverse);
    total = _mm512_dpbusd_epi32(total, ones, found);
    _mm512_storeu_si512(codes + i, found);
  }
  if (i < count) {
    uint64_t present = (1ull << (count - i)) - 1;
    __m512i found = codes64(values + i, present, inverse);
    total = _mm512_dpbusd_epi32(total, ones, found);
    _mm512_mask_storeu_epi8(codes + i, present, found);
  }
  return _mm512_reduce_add_epi32(total);
}

void aq_slices_i8_avx512vnni(void *args) { slices_body(args, largest_avx512, encode_avx512); }

#pragma clang attribute pop
#endif
