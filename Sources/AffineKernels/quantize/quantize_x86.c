#include "affine_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

static inline float lowest(__m256 v) {
  __m128 half = _mm_min_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  half = _mm_min_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_min_ss(half, _mm_movehdup_ps(half)));
}

static inline float highest(__m256 v) {
  __m128 half = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  half = _mm_max_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_max_ss(half, _mm_movehdup_ps(half)));
}

void aq_range_f32_avx2(void *args) {
  aq_range_args *a = args;
  // v - v is 0 for finite values and NaN for the others: its bits stay 0 as long as all are finite.
  __m256 bad = _mm256_setzero_ps();
  bool finite = true;
  size_t c = 0;
  for (size_t r = 0; r < a->runs; ++r) {
    size_t end = a->ends[r];
    // Two chains of each: a minimum or maximum takes longer than one cycle.
    __m256 low0 = _mm256_set1_ps(__builtin_inff()), low1 = low0;
    __m256 high0 = _mm256_set1_ps(-__builtin_inff()), high1 = high0;
    for (; c + 16 <= end; c += 16) {
      __m256 v0 = _mm256_loadu_ps(a->values + c), v1 = _mm256_loadu_ps(a->values + c + 8);
      low0 = _mm256_min_ps(low0, v0);
      low1 = _mm256_min_ps(low1, v1);
      high0 = _mm256_max_ps(high0, v0);
      high1 = _mm256_max_ps(high1, v1);
      bad = _mm256_or_ps(bad, _mm256_or_ps(_mm256_sub_ps(v0, v0), _mm256_sub_ps(v1, v1)));
    }
    float low = lowest(_mm256_min_ps(low0, low1)), high = highest(_mm256_max_ps(high0, high1));
    for (; c < end; ++c) {
      float v = a->values[c];
      low = v < low ? v : low;
      high = v > high ? v : high;
      finite &= v - v == 0;
    }
    a->minimum[r] = low;
    a->maximum[r] = high;
  }
  __m256i bits = _mm256_castps_si256(bad);
  a->is_finite = finite && _mm256_testz_si256(bits, bits);
}

/// Codes of 8 values, as 32-bit integers.
static inline __m256i encode8(const float *values, __m256 inverse, __m256 zero, __m256 low, __m256 high) {
  __m256 steps = _mm256_round_ps(
      _mm256_mul_ps(_mm256_loadu_ps(values), inverse), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  // Clamped before the conversion, which would turn what is too large into INT_MIN.
  __m256 code = _mm256_min_ps(_mm256_max_ps(_mm256_add_ps(steps, zero), low), high);
  return _mm256_cvtps_epi32(code);
}

void aq_quantize_i8_avx2(void *args) {
  const aq_quantize_args *a = args;
  __m256 low = _mm256_set1_ps(a->low), high = _mm256_set1_ps(a->high);
  // The packs work in 128-bit halves: this puts their 4-byte parts back in order.
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  const __m256i bytes = _mm256_set1_epi16(0xff);
  size_t c = 0;
  for (size_t r = 0; r < a->runs; ++r) {
    size_t end = a->ends[r];
    __m256 inverse = _mm256_set1_ps(a->inverse[r]), zero = _mm256_set1_ps(a->zero_point[r]);
    for (; c + 32 <= end; c += 32) {
      const float *v = a->values + c;
      __m256i first = _mm256_packs_epi32(
          encode8(v, inverse, zero, low, high), encode8(v + 8, inverse, zero, low, high));
      __m256i second = _mm256_packs_epi32(
          encode8(v + 16, inverse, zero, low, high), encode8(v + 24, inverse, zero, low, high));
      // The low byte of each code, signed or not: masked, so that the unsigned pack keeps it.
      __m256i codes = _mm256_packus_epi16(_mm256_and_si256(first, bytes), _mm256_and_si256(second, bytes));
      _mm256_storeu_si256((__m256i *)(a->codes + c), _mm256_permutevar8x32_epi32(codes, order));
    }
    for (; c + 8 <= end; c += 8) {
      __m256i codes = encode8(a->values + c, inverse, zero, low, high);
      for (int i = 0; i < 8; ++i) a->codes[c + i] = (uint8_t)((const int32_t *)&codes)[i];
    }
    for (; c < end; ++c) {
      float code = __builtin_rintf(a->values[c] * a->inverse[r]) + a->zero_point[r];
      code = code < a->low ? a->low : code > a->high ? a->high : code;
      a->codes[c] = (uint8_t)(int32_t)code;
    }
  }
}

#pragma clang attribute pop
#endif
