#include "dither_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

/// The columns from `c` up to `end` of a row whose first element is `element`, with the parameters at `run`.
typedef void dither_columns(
    const aq_dither_args *a, const float *values, uint8_t *codes, size_t c, size_t end, size_t run,
    uint64_t element);

/// Rows run by run; single columns one by one.
INLINE void dither_rows(const aq_dither_args *a, dither_columns *part) {
  const aq_quantize_args *q = &a->quantize;
  if (!q->ends) {
    dither_body(a);
    return;
  }
  for (size_t i = 0; i < q->rows; ++i)
    for (size_t r = 0, c = 0; r < q->runs; c = q->ends[r++])
      part(
          a, q->values + i * q->stride, q->codes + i * q->codes_stride, c, q->ends[r], i * q->parameters_stride + r,
          a->first + i * a->elements_stride);
}

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

/// The low 64 bits of products with a constant.
static inline __m256i times(__m256i x, uint64_t factor) {
  const __m256i low = _mm256_set1_epi64x((int64_t)(factor & 0xffffffff));
  const __m256i high = _mm256_set1_epi64x((int64_t)(factor >> 32));
  __m256i cross = _mm256_add_epi64(
      _mm256_mul_epu32(_mm256_srli_epi64(x, 32), low), _mm256_mul_epu32(x, high));
  return _mm256_add_epi64(_mm256_mul_epu32(x, low), _mm256_slli_epi64(cross, 32));
}

static inline __m256i mixed(__m256i x) {
  x = times(_mm256_xor_si256(x, _mm256_srli_epi64(x, 30)), AQ_MIX_1);
  x = times(_mm256_xor_si256(x, _mm256_srli_epi64(x, 27)), AQ_MIX_2);
  return _mm256_xor_si256(x, _mm256_srli_epi64(x, 31));
}

/// The counters of eight elements, in the order in which a shuffle of halves brings them together.
typedef struct {
  __m256i first, second;
} counters8;

static inline counters8 counters8_of(uint64_t key, uint64_t element) {
  const __m256i first = _mm256_setr_epi64x(
      0, (int64_t)AQ_GOLDEN, (int64_t)(4 * AQ_GOLDEN), (int64_t)(5 * AQ_GOLDEN));
  __m256i start = _mm256_set1_epi64x((int64_t)(key + AQ_GOLDEN * (element + 1)));
  __m256i both = _mm256_set1_epi64x((int64_t)(2 * AQ_GOLDEN));
  start = _mm256_add_epi64(start, first);
  return (counters8){start, _mm256_add_epi64(start, both)};
}

static inline counters8 next8(counters8 c) {
  const __m256i eight = _mm256_set1_epi64x((int64_t)(8 * AQ_GOLDEN));
  return (counters8){_mm256_add_epi64(c.first, eight), _mm256_add_epi64(c.second, eight)};
}

/// The upper halves of the random bits of eight elements.
static inline __m256i random8(counters8 c) {
  __m256 first = _mm256_castsi256_ps(mixed(c.first)), second = _mm256_castsi256_ps(mixed(c.second));
  return _mm256_castps_si256(_mm256_shuffle_ps(first, second, _MM_SHUFFLE(3, 1, 3, 1)));
}

static inline void dither_run(
    const aq_dither_args *a, const float *values, uint8_t *codes, size_t c, size_t end, size_t run,
    uint64_t element) {
  const aq_quantize_args *q = &a->quantize;
  const __m256 inverse = _mm256_set1_ps(q->inverse[run]), zero = _mm256_set1_ps(q->zero_point[run]);
  const __m256 low = _mm256_set1_ps(q->low), high = _mm256_set1_ps(q->high), one = _mm256_set1_ps(1);
  counters8 counters = counters8_of(a->key, element + c);
  for (; c + 8 <= end; c += 8, counters = next8(counters)) {
    __m256 uniform = _mm256_mul_ps(
        _mm256_cvtepi32_ps(_mm256_srli_epi32(random8(counters), 8)), _mm256_set1_ps(0x1p-24f));
    __m256 steps = _mm256_mul_ps(_mm256_loadu_ps(values + c), inverse);
    __m256 lower = _mm256_floor_ps(steps);
    __m256 isUp = _mm256_cmp_ps(uniform, _mm256_sub_ps(steps, lower), _CMP_LT_OQ);
    __m256 code = _mm256_add_ps(_mm256_add_ps(lower, _mm256_and_ps(isUp, one)), zero);
    __m256i whole = _mm256_cvtps_epi32(_mm256_min_ps(_mm256_max_ps(code, low), high));
    whole = _mm256_and_si256(whole, _mm256_set1_epi32(0xff));
    __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
    _mm_storel_epi64((__m128i *)(codes + c), _mm_packus_epi16(words, words));
  }
  for (; c < end; ++c) codes[c] = dither_one(a, values[c], run, element + c);
}

void aq_dither_i8_avx2(void *args) { dither_rows(args, dither_run); }

void aq_dither_bf16_avx2(void *args) {
  const aq_dither_bf16_args *a = args;
  counters8 counters = counters8_of(a->key, a->first);
  size_t i = 0;
  for (; i + 8 <= a->count; i += 8, counters = next8(counters)) {
    __m256 value = _mm256_loadu_ps(a->values + i);
    __m256i bits = _mm256_castps_si256(value);
    __m256i sum = _mm256_add_epi32(bits, _mm256_srli_epi32(random8(counters), 16));
    __m256i isNumber = _mm256_castps_si256(_mm256_cmp_ps(value, value, _CMP_ORD_Q));
    __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
    __m256i half = _mm256_srli_epi32(_mm256_blendv_epi8(quiet, sum, isNumber), 16);
    __m128i halves = _mm_packus_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    _mm_storeu_si128((__m128i *)(a->rounded + i), halves);
  }
  for (; i < a->count; ++i) a->rounded[i] = dither_bf16_one(a->values[i], a->key, a->first + i);
}

#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)

static inline __m512i mixed16(__m512i x) {
  x = _mm512_mullo_epi64(_mm512_xor_si512(x, _mm512_srli_epi64(x, 30)), _mm512_set1_epi64((int64_t)AQ_MIX_1));
  x = _mm512_mullo_epi64(_mm512_xor_si512(x, _mm512_srli_epi64(x, 27)), _mm512_set1_epi64((int64_t)AQ_MIX_2));
  return _mm512_xor_si512(x, _mm512_srli_epi64(x, 31));
}

/// The upper halves of the random bits of sixteen elements, of which the counters of the first eight are given.
static inline __m512i random16(__m512i counters) {
  const __m512i upper = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  const __m512i eight = _mm512_set1_epi64((int64_t)(8 * AQ_GOLDEN));
  return _mm512_permutex2var_epi32(
      mixed16(counters), upper, mixed16(_mm512_add_epi64(counters, eight)));
}

static inline void dither_run_512(
    const aq_dither_args *a, const float *values, uint8_t *codes, size_t c, size_t end, size_t run,
    uint64_t element) {
  const aq_quantize_args *q = &a->quantize;
  const __m512 inverse = _mm512_set1_ps(q->inverse[run]), zero = _mm512_set1_ps(q->zero_point[run]);
  const __m512 low = _mm512_set1_ps(q->low), high = _mm512_set1_ps(q->high), one = _mm512_set1_ps(1);
  const __m512i places = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
  const __m512i sixteen = _mm512_set1_epi64((int64_t)(16 * AQ_GOLDEN));
  __m512i counters = _mm512_add_epi64(
      _mm512_set1_epi64((int64_t)(a->key + AQ_GOLDEN * (element + c + 1))),
      _mm512_mullo_epi64(places, _mm512_set1_epi64((int64_t)AQ_GOLDEN)));
  for (; c < end; c += 16, counters = _mm512_add_epi64(counters, sixteen)) {
    __mmask16 there = end - c < 16 ? (__mmask16)((1u << (end - c)) - 1) : (__mmask16)0xffff;
    __m512 uniform = _mm512_mul_ps(
        _mm512_cvtepi32_ps(_mm512_srli_epi32(random16(counters), 8)), _mm512_set1_ps(0x1p-24f));
    __m512 steps = _mm512_mul_ps(_mm512_maskz_loadu_ps(there, values + c), inverse);
    __m512 lower = _mm512_roundscale_ps(steps, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
    __mmask16 is_up = _mm512_cmp_ps_mask(uniform, _mm512_sub_ps(steps, lower), _CMP_LT_OQ);
    __m512 code = _mm512_add_ps(_mm512_mask_add_ps(lower, is_up, lower, one), zero);
    __m512i whole = _mm512_cvtps_epi32(_mm512_min_ps(_mm512_max_ps(code, low), high));
    _mm512_mask_cvtepi32_storeu_epi8(codes + c, there, whole);
  }
}

void aq_dither_i8_avx512vnni(void *args) { dither_rows(args, dither_run_512); }

#pragma clang attribute pop
#endif
