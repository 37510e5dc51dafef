#include "quantize_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

/// How far behind these rows, in values, the same columns of the rows lie that are read next: of few values, which a
/// cache holds twice. They come from memory while these wait for nothing.
static inline size_t values_ahead(const aq_quantize_args *a) {
  const size_t count = a->rows * a->stride;
  return count <= 1 << 13 ? count : 0;
}

/// Whether codes from here on are written past the caches, line by line.
static inline bool has_whole_lines(const aq_quantize_args *a, const uint8_t *codes) {
  return a->streams && (uintptr_t)codes % 64 == 0;
}

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

/// 32 codes, one a byte: the low byte of each, signed or not, masked so that the unsigned pack keeps it;
/// then the 4-byte parts of the packs in their order.
INLINE void encode32(
    const float *values, const columns8 p[4], __m256i low, const bool streams, uint8_t *codes) {
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7), bytes = _mm256_set1_epi16(0xff);
  __m256i first = _mm256_and_si256(codes16(values, p[0], p[1], low), bytes);
  __m256i second = _mm256_and_si256(codes16(values + 16, p[2], p[3], low), bytes);
  __m256i packed = _mm256_permutevar8x32_epi32(_mm256_packus_epi16(first, second), order);
  if (streams) _mm256_stream_si256((__m256i *)codes, packed);
  else _mm256_storeu_si256((__m256i *)codes, packed);
}

/// The columns from `c` up to `end` of a row, with the parameters at `run`.
INLINE size_t encode_run(
    const aq_quantize_args *a, const float *values, uint8_t *codes, size_t c, size_t end, size_t run) {
  const __m256i low = _mm256_set1_epi16((int16_t)a->low);
  columns8 one = columns8_of(a, _mm256_set1_ps(a->inverse[run]), _mm256_set1_ps(a->zero_point[run]));
  const columns8 p[4] = {one, one, one, one};
  const float *next = values + values_ahead(a);
  const bool streams = has_whole_lines(a, codes + c);
  for (; c + 32 <= end; c += 32) {
    for (int j = 0; j < 2; ++j) _mm_prefetch((const char *)(next + c + 16 * j), _MM_HINT_T1);
    if (streams) {
      encode32(values + c, p, low, true, codes + c);
    } else {
      // The values come from a near cache; the lines of codes, that are written as a whole, do not.
      __builtin_prefetch(codes + c + 1024, 1);
      encode32(values + c, p, low, false, codes + c);
    }
  }
  for (; c + 8 <= end; c += 8) {
    uint8_t padded[32];
    float part[32] = {0};
    _mm256_storeu_ps(part, _mm256_loadu_ps(values + c));
    encode32(part, p, low, false, padded);
    __builtin_memcpy(codes + c, padded, 8);
  }
  for (; c < end; ++c) codes[c] = quantize_one(a, values[c], run);
  return c;
}

/// A few rows of which every column has the parameters at `run` and on, loaded once for all of them.
INLINE void encode_columns(
    const aq_quantize_args *a, const float *values, uint8_t *codes, size_t run, const size_t rows) {
  const __m256i low = _mm256_set1_epi16((int16_t)a->low);
  size_t c = 0;
  for (; c + 32 <= a->runs; c += 32) {
    columns8 p[4];
    for (size_t i = 0; i < 4; ++i)
      p[i] = columns8_of(
          a, _mm256_loadu_ps(a->inverse + run + c + 8 * i),
          _mm256_loadu_ps(a->zero_point + run + c + 8 * i));
    for (size_t i = 0; i < rows; ++i) {
      const float *row = values + i * a->stride + c;
      // The same columns of the next rows: short pieces of rows are too short for the hardware.
      _mm_prefetch((const char *)(row + rows * a->stride), _MM_HINT_T0);
      _mm_prefetch((const char *)(row + rows * a->stride + 16), _MM_HINT_T0);
      encode32(row, p, low, false, codes + i * a->codes_stride + c);
    }
  }
  for (; c < a->runs; ++c)
    for (size_t i = 0; i < rows; ++i)
      codes[i * a->codes_stride + c] = quantize_one(a, values[i * a->stride + c], run + c);
}

void aq_quantize_i8_avx2(void *args) {
  quantize_rows(args, encode_columns, encode_run);
  if (((const aq_quantize_args *)args)->streams) _mm_sfence();
}

#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)

/// What turns 16 columns into codes, in the same order.
typedef struct {
  __m512 inverse, most;
  __m512i zero;
} columns16;

static inline columns16 columns16_of(const aq_quantize_args *a, __m512 inverse, __m512 zero) {
  return (columns16){inverse, _mm512_sub_ps(_mm512_set1_ps(a->high), zero), _mm512_cvtps_epi32(zero)};
}

static inline __m512i steps16(__m512 values, columns16 p) {
  return _mm512_cvtps_epi32(_mm512_min_ps(_mm512_mul_ps(values, p.inverse), p.most));
}

/// Codes of 32 values, as 16-bit integers in the order of the packs.
static inline __m512i codes32(const float *values, columns16 first, columns16 second, __m512i low) {
  __m512i steps = _mm512_packs_epi32(
      steps16(_mm512_loadu_ps(values), first), steps16(_mm512_loadu_ps(values + 16), second));
  __m512i zero = _mm512_packs_epi32(first.zero, second.zero);
  return _mm512_max_epi16(_mm512_adds_epi16(steps, zero), low);
}

/// 64 codes, one a byte.
INLINE void encode64(
    const float *values, const columns16 p[4], __m512i low, const bool streams, uint8_t *codes) {
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i bytes = _mm512_set1_epi16(0xff);
  __m512i first = _mm512_and_si512(codes32(values, p[0], p[1], low), bytes);
  __m512i second = _mm512_and_si512(codes32(values + 32, p[2], p[3], low), bytes);
  __m512i packed = _mm512_permutexvar_epi32(order, _mm512_packus_epi16(first, second));
  if (streams) _mm512_stream_si512((__m512i *)codes, packed);
  else _mm512_storeu_si512(codes, packed);
}

/// Up to 16 codes.
static inline void encode16(
    const aq_quantize_args *a, const float *values, columns16 p, size_t count, uint8_t *codes) {
  __mmask16 there = count < 16 ? (__mmask16)((1u << count) - 1) : (__mmask16)0xffff;
  __m512i steps = steps16(_mm512_maskz_loadu_ps(there, values), p);
  // Not below what the zero point makes the smallest code, so that the sum does not wrap around.
  steps = _mm512_max_epi32(steps, _mm512_sub_epi32(_mm512_set1_epi32((int32_t)a->low), p.zero));
  _mm512_mask_cvtepi32_storeu_epi8(codes, there, _mm512_add_epi32(steps, p.zero));
}

/// The columns from `c` up to `end` of a row, with the parameters at `run`.
static inline size_t encode_run_512(
    const aq_quantize_args *a, const float *values, uint8_t *codes, size_t c, size_t end, size_t run) {
  const __m512i low = _mm512_set1_epi16((int16_t)a->low);
  columns16 one = columns16_of(a, _mm512_set1_ps(a->inverse[run]), _mm512_set1_ps(a->zero_point[run]));
  const columns16 p[4] = {one, one, one, one};
  const float *next = values + values_ahead(a);
  const bool streams = has_whole_lines(a, codes + c);
  for (; c + 64 <= end; c += 64) {
    for (int j = 0; j < 4; ++j) _mm_prefetch((const char *)(next + c + 16 * j), _MM_HINT_T1);
    if (streams) {
      encode64(values + c, p, low, true, codes + c);
    } else {
      // The values come from a near cache; the lines of codes, that are written as a whole, do not.
      __builtin_prefetch(codes + c + 1024, 1);
      encode64(values + c, p, low, false, codes + c);
    }
  }
  for (; c < end; c += 16) encode16(a, values + c, one, end - c, codes + c);
  return end;
}

/// A few rows of which every column has the parameters at `run` and on, loaded once for all of them.
INLINE void encode_columns_512(
    const aq_quantize_args *a, const float *values, uint8_t *codes, size_t run, const size_t rows) {
  const __m512i low = _mm512_set1_epi16((int16_t)a->low);
  const float *inverse = a->inverse + run, *zero = a->zero_point + run;
  size_t c = 0;
  for (; c + 64 <= a->runs; c += 64) {
    columns16 p[4];
    for (size_t i = 0; i < 4; ++i)
      p[i] = columns16_of(a, _mm512_loadu_ps(inverse + c + 16 * i), _mm512_loadu_ps(zero + c + 16 * i));
    for (size_t i = 0; i < rows; ++i) {
      const float *row = values + i * a->stride + c;
      // The same columns of the next rows: short pieces of rows are too short for the hardware.
      for (size_t j = 0; j < 4; ++j)
        _mm_prefetch((const char *)(row + rows * a->stride + 16 * j), _MM_HINT_T0);
      encode64(row, p, low, false, codes + i * a->codes_stride + c);
    }
  }
  for (; c < a->runs; c += 16) {
    size_t count = a->runs - c;
    __mmask16 there = count < 16 ? (__mmask16)((1u << count) - 1) : (__mmask16)0xffff;
    columns16 p = columns16_of(
        a, _mm512_maskz_loadu_ps(there, inverse + c), _mm512_maskz_loadu_ps(there, zero + c));
    for (size_t i = 0; i < rows; ++i)
      encode16(a, values + i * a->stride + c, p, count, codes + i * a->codes_stride + c);
  }
}

void aq_quantize_i8_avx512vnni(void *args) {
  quantize_rows(args, encode_columns_512, encode_run_512);
  if (((const aq_quantize_args *)args)->streams) _mm_sfence();
}

#pragma clang attribute pop
#endif
