#include "quantize_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

/// What turns 8 columns into codes. Clamping to whole bounds and adding a whole zero point may follow the
/// rounding or not, so the upper bound comes first, less the zero point, and the conversion rounds. Below
/// nothing is needed before: what is too small for an integer becomes the smallest one.
typedef struct {
  __m256 inverse, most;
  __m256i zero;
} columns8;

static inline columns8 columns8_of(const aq_quantize_args *a, __m256 inverse, __m256 zero) {
  return (columns8){inverse, _mm256_sub_ps(_mm256_set1_ps(a->high), zero), _mm256_cvtps_epi32(zero)};
}

static inline __m256i steps8(const float *values, columns8 p) {
  __m256 scaled = _mm256_mul_ps(_mm256_loadu_ps(values), p.inverse);
  return _mm256_cvtps_epi32(_mm256_min_ps(scaled, p.most));
}

/// Codes of 16 values, as 16-bit integers in the order of the packs, which work in 128-bit halves.
static inline __m256i codes16(const float *values, columns8 first, columns8 second, __m256i low) {
  __m256i steps = _mm256_packs_epi32(steps8(values, first), steps8(values + 8, second));
  __m256i zero = _mm256_packs_epi32(first.zero, second.zero);
  return _mm256_max_epi16(_mm256_adds_epi16(steps, zero), low);
}

/// The columns from `c` up to `end`, all of run `run`; or, per column, each of its own.
static inline __attribute__((always_inline)) size_t encode_columns(
    const aq_quantize_args *a, const float *values, uint8_t *codes, size_t c, size_t end, size_t run,
    const bool per_column) {
  const __m256i low = _mm256_set1_epi16((int16_t)a->low), bytes = _mm256_set1_epi16(0xff);
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  columns8 p[4];
  for (int i = 0; i < 4; ++i)
    p[i] = columns8_of(a, _mm256_set1_ps(a->inverse[run]), _mm256_set1_ps(a->zero_point[run]));
  for (; c + 32 <= end; c += 32) {
    for (size_t i = 0; per_column && i < 4; ++i)
      p[i] = columns8_of(
          a, _mm256_loadu_ps(a->inverse + c + 8 * i), _mm256_loadu_ps(a->zero_point + c + 8 * i));
    __m256i first = codes16(values + c, p[0], p[1], low);
    __m256i second = codes16(values + c + 16, p[2], p[3], low);
    // The low byte of each code, signed or not: masked, so that the unsigned pack keeps it.
    __m256i packed = _mm256_packus_epi16(_mm256_and_si256(first, bytes), _mm256_and_si256(second, bytes));
    _mm256_storeu_si256((__m256i *)(codes + c), _mm256_permutevar8x32_epi32(packed, order));
  }
  for (; c + 8 <= end; c += 8) {
    if (per_column)
      p[0] = columns8_of(a, _mm256_loadu_ps(a->inverse + c), _mm256_loadu_ps(a->zero_point + c));
    __m256i steps = _mm256_packs_epi32(steps8(values + c, p[0]), _mm256_setzero_si256());
    __m256i zero = _mm256_packs_epi32(p[0].zero, _mm256_setzero_si256());
    __m256i wide = _mm256_and_si256(_mm256_max_epi16(_mm256_adds_epi16(steps, zero), low), bytes);
    __m256i packed = _mm256_permutevar8x32_epi32(_mm256_packus_epi16(wide, wide), order);
    _mm_storel_epi64((__m128i *)(codes + c), _mm256_castsi256_si128(packed));
  }
  for (; c < end; ++c) codes[c] = quantize_one(a, values[c], per_column ? c : run);
  return c;
}

void aq_quantize_i8_avx2(void *args) {
  const aq_quantize_args *a = args;
  for (size_t i = 0; i < a->rows; ++i) {
    const float *values = a->values + i * a->stride;
    uint8_t *codes = a->codes + i * a->codes_stride;
    size_t c = 0;
    if (!a->ends) encode_columns(a, values, codes, 0, a->runs, 0, true);
    else
      for (size_t r = 0; r < a->runs; ++r) c = encode_columns(a, values, codes, c, a->ends[r], r, false);
  }
}

#pragma clang attribute pop
#endif
