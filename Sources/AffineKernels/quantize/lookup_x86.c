#include "lookup_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

/// The numbers of 8 codes: of tables of 8 or 16 numbers by permutation, of others from memory.
INLINE __m256 numbers8(
    const float *table, __m256 low, __m256 high, __m256i codes, const int bits) {
  if (bits <= 3) return _mm256_permutevar8x32_ps(low, codes);
  if (bits == 4) {
    // The permutation reads three bits; the fourth, moved to the sign, chooses the half.
    __m256 first = _mm256_permutevar8x32_ps(low, codes), second = _mm256_permutevar8x32_ps(high, codes);
    return _mm256_blendv_ps(first, second, _mm256_castsi256_ps(_mm256_slli_epi32(codes, 28)));
  }
  return _mm256_i32gather_ps(table, codes, 4);
}

INLINE void lookup(const aq_lookup_args *a, const int bits) {
  size_t c = 0;
  __m256 low = _mm256_loadu_ps(a->table), high = _mm256_loadu_ps(a->table + 8);
  for (size_t r = 0; r < a->runs; ++r) {
    size_t end = a->ends[r];
    __m256 scale = _mm256_set1_ps(a->scale[r]), bias = _mm256_set1_ps(a->bias ? a->bias[r] : 0);
    for (; c + 8 <= end; c += 8) {
      __m256i codes = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(a->codes + c)));
      __m256 value = _mm256_mul_ps(numbers8(a->table, low, high, codes, bits), scale);
      if (a->bias) value = _mm256_add_ps(value, bias);
      _mm256_storeu_ps(a->values + c, value);
    }
    for (; c < end; ++c) a->values[c] = lookup_one(a, r, c);
  }
}

void aq_lookup_8_avx2(void *args) {
  const aq_lookup_args *a = args;
  if (a->bits <= 3) lookup(a, 3);
  else if (a->bits == 4) lookup(a, 4);
  else lookup(a, 8);
}

#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,fma"))), apply_to = function)

/// The numbers of 16 codes, of a table that lies in registers: a permutation reads five bits of a code.
INLINE __m512 numbers16(
    const __m512 table[16], __m512i codes, const int bits) {
  if (bits == 4) return _mm512_permutexvar_ps(codes, table[0]);
  if (bits == 5) return _mm512_permutex2var_ps(table[0], codes, table[1]);
  __m512 parts[8];
  for (int i = 0; i < 8; ++i) parts[i] = _mm512_permutex2var_ps(table[2 * i], codes, table[2 * i + 1]);
  for (int bit = 5, count = 4; bit < 8; ++bit, count /= 2) {
    __mmask16 is_upper = _mm512_test_epi32_mask(codes, _mm512_set1_epi32(1 << bit));
    for (int i = 0; i < count; ++i)
      parts[i] = _mm512_mask_blend_ps(is_upper, parts[2 * i], parts[2 * i + 1]);
  }
  return parts[0];
}

INLINE void lookup_wide(const aq_lookup_args *a, const int bits) {
  size_t c = 0;
  __m512 table[16];
  for (int i = 0; i < 1 << (bits - 4); ++i) table[i] = _mm512_loadu_ps(a->table + 16 * i);
  for (size_t r = 0; r < a->runs; ++r) {
    size_t end = a->ends[r];
    __m512 scale = _mm512_set1_ps(a->scale[r]), bias = _mm512_set1_ps(a->bias ? a->bias[r] : 0);
    for (; c + 16 <= end; c += 16) {
      __m512i codes = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(a->codes + c)));
      __m512 value = _mm512_mul_ps(numbers16(table, codes, bits), scale);
      if (a->bias) value = _mm512_add_ps(value, bias);
      _mm512_storeu_ps(a->values + c, value);
    }
    for (; c < end; ++c) a->values[c] = lookup_one(a, r, c);
  }
}

void aq_lookup_8_avx512vnni(void *args) {
  const aq_lookup_args *a = args;
  if (a->bits <= 4) lookup_wide(a, 4);
  else if (a->bits == 5) lookup_wide(a, 5);
  else lookup_wide(a, 8);
}

#pragma clang attribute pop
#endif
