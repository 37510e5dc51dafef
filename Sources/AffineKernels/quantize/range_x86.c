#include "quantize_body.h"

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

/// v - v is 0 for finite values and NaN for the others: its bits stay 0 as long as all are finite.
static inline __m256 not_finite(__m256 bad, __m256 v) { return _mm256_or_ps(bad, _mm256_sub_ps(v, v)); }

enum { AHEAD = 8192 };

/// The runs of one row.
static inline bool range_of_runs(
    const aq_range_args *a, const float *values, float *minimum, float *maximum) {
  __m256 bad[4] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps()};
  bool finite = true;
  size_t c = 0;
  for (size_t r = 0; r < a->runs; ++r) {
    size_t end = a->ends[r];
    float low = minimum[r], high = maximum[r];
    if (c + 8 <= end) {
      // Several chains of each: a minimum or maximum takes longer than one cycle.
      __m256 lows[4], highs[4];
      for (int i = 0; i < 4; ++i) {
        lows[i] = _mm256_set1_ps(low);
        highs[i] = _mm256_set1_ps(high);
      }
      for (; c + 32 <= end; c += 32) {
        // Farther than the hardware looks, and into the next rows, which are read after these are encoded.
        _mm_prefetch((const char *)(values + c) + AHEAD, _MM_HINT_T0);
        _mm_prefetch((const char *)(values + c) + AHEAD + 64, _MM_HINT_T0);
        for (int i = 0; i < 4; ++i) {
          __m256 v = _mm256_loadu_ps(values + c + 8 * i);
          lows[i] = _mm256_min_ps(lows[i], v);
          highs[i] = _mm256_max_ps(highs[i], v);
          bad[i] = not_finite(bad[i], v);
        }
      }
      for (; c + 8 <= end; c += 8) {
        __m256 v = _mm256_loadu_ps(values + c);
        lows[0] = _mm256_min_ps(lows[0], v);
        highs[0] = _mm256_max_ps(highs[0], v);
        bad[0] = not_finite(bad[0], v);
      }
      low = lowest(_mm256_min_ps(_mm256_min_ps(lows[0], lows[1]), _mm256_min_ps(lows[2], lows[3])));
      high = highest(_mm256_max_ps(_mm256_max_ps(highs[0], highs[1]), _mm256_max_ps(highs[2], highs[3])));
    }
    for (; c < end; ++c) join_range(values[c], &low, &high, &finite);
    minimum[r] = low;
    maximum[r] = high;
  }
  __m256 all = _mm256_or_ps(_mm256_or_ps(bad[0], bad[1]), _mm256_or_ps(bad[2], bad[3]));
  __m256i bits = _mm256_castps_si256(all);
  return finite && _mm256_testz_si256(bits, bits);
}

/// The columns of a few rows: the ranges are read and written once for all of them.
INLINE bool range_of_columns(
    const aq_range_args *a, const float *values, float *minimum, float *maximum, const size_t rows) {
  __m256 bad = _mm256_setzero_ps();
  bool finite = true;
  size_t c = 0;
  for (; c + 8 <= a->runs; c += 8) {
    __m256 low = _mm256_loadu_ps(minimum + c), high = _mm256_loadu_ps(maximum + c);
    for (size_t i = 0; i < rows; ++i) {
      const float *row = values + i * a->stride + c;
      // The same columns of the next rows: short pieces of rows are too short for the hardware.
      _mm_prefetch((const char *)(row + rows * a->stride), _MM_HINT_T0);
      __m256 v = _mm256_loadu_ps(row);
      low = _mm256_min_ps(low, v);
      high = _mm256_max_ps(high, v);
      bad = not_finite(bad, v);
    }
    _mm256_storeu_ps(minimum + c, low);
    _mm256_storeu_ps(maximum + c, high);
  }
  for (; c < a->runs; ++c)
    for (size_t i = 0; i < rows; ++i)
      join_range(values[i * a->stride + c], minimum + c, maximum + c, &finite);
  __m256i bits = _mm256_castps_si256(bad);
  return finite && _mm256_testz_si256(bits, bits);
}

void aq_range_f32_avx2(void *args) { range_of_rows(args, 4, range_of_columns, range_of_runs); }

#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)

static inline __mmask16 first16(size_t count) {
  return count < 16 ? (__mmask16)((1u << count) - 1) : (__mmask16)0xffff;
}

/// The values of a mask join ranges; 0 where it ends.
static inline void join16(__m512 *low, __m512 *high, __m512 *bad, __mmask16 there, const float *values) {
  __m512 v = _mm512_maskz_loadu_ps(there, values);
  *low = _mm512_mask_min_ps(*low, there, *low, v);
  *high = _mm512_mask_max_ps(*high, there, *high, v);
  *bad = _mm512_or_ps(*bad, _mm512_sub_ps(v, v));
}

static inline bool is_zero16(__m512 v) {
  __m512i bits = _mm512_castps_si512(v);
  return _mm512_test_epi32_mask(bits, bits) == 0;
}

/// The runs of one row.
static inline bool range_of_runs_512(
    const aq_range_args *a, const float *values, float *minimum, float *maximum) {
  __m512 bad[4] = {_mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps()};
  size_t c = 0;
  for (size_t r = 0; r < a->runs; ++r) {
    size_t end = a->ends[r];
    __m512 lows[4], highs[4];
    for (int i = 0; i < 4; ++i) {
      lows[i] = _mm512_set1_ps(minimum[r]);
      highs[i] = _mm512_set1_ps(maximum[r]);
    }
    for (; c + 64 <= end; c += 64)
      for (int i = 0; i < 4; ++i) {
        _mm_prefetch((const char *)(values + c + 16 * i) + AHEAD, _MM_HINT_T0);
        join16(lows + i, highs + i, bad + i, 0xffff, values + c + 16 * i);
      }
    for (; c + 16 <= end; c += 16) join16(lows, highs, bad, 0xffff, values + c);
    if (c < end) join16(lows + 1, highs + 1, bad + 1, first16(end - c), values + c);
    c = end;
    minimum[r] = _mm512_reduce_min_ps(
        _mm512_min_ps(_mm512_min_ps(lows[0], lows[1]), _mm512_min_ps(lows[2], lows[3])));
    maximum[r] = _mm512_reduce_max_ps(
        _mm512_max_ps(_mm512_max_ps(highs[0], highs[1]), _mm512_max_ps(highs[2], highs[3])));
  }
  return is_zero16(_mm512_or_ps(_mm512_or_ps(bad[0], bad[1]), _mm512_or_ps(bad[2], bad[3])));
}

/// The columns of a few rows: the ranges are read and written once for all of them.
INLINE bool range_of_columns_512(
    const aq_range_args *a, const float *values, float *minimum, float *maximum, const size_t rows) {
  __m512 bad = _mm512_setzero_ps();
  for (size_t c = 0; c < a->runs; c += 16) {
    __mmask16 there = first16(a->runs - c);
    __m512 low = _mm512_maskz_loadu_ps(there, minimum + c), high = _mm512_maskz_loadu_ps(there, maximum + c);
    for (size_t i = 0; i < rows; ++i) {
      const float *row = values + i * a->stride + c;
      _mm_prefetch((const char *)(row + rows * a->stride), _MM_HINT_T0);
      join16(&low, &high, &bad, there, row);
    }
    _mm512_mask_storeu_ps(minimum + c, there, low);
    _mm512_mask_storeu_ps(maximum + c, there, high);
  }
  return is_zero16(bad);
}

void aq_range_f32_avx512vnni(void *args) { range_of_rows(args, 8, range_of_columns_512, range_of_runs_512); }

#pragma clang attribute pop
#endif
