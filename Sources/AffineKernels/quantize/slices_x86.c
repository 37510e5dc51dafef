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

/// The order that turns rows of four lanes into columns.
static inline __m512i turned(void) {
  return _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
}

/// Codes of 64 values, of which those that `present` leaves out are zero, in their order.
static inline __m512i codes64(const float *values, uint64_t present, __m512 inverse) {
  __m512i steps[4];
  for (int v = 0; v < 4; ++v) {
    __m512 four = _mm512_maskz_loadu_ps((__mmask16)(present >> 16 * v), values + 16 * v);
    steps[v] = _mm512_cvtps_epi32(_mm512_mul_ps(four, inverse));
  }
  __m512i low = _mm512_packs_epi32(steps[0], steps[1]), high = _mm512_packs_epi32(steps[2], steps[3]);
  return _mm512_permutexvar_epi32(turned(), _mm512_packs_epi16(low, high));
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

enum { GROUP = 32, TOGETHER = 16 };

/// Where a group's vector has its place among 16 before they are joined: that of its number with bits reversed.
static inline int reversed(int group) {
  return (group & 1) << 3 | (group & 2) << 1 | (group & 4) >> 1 | group >> 3;
}

/// Halves of vectors `i` and `i + 8` beside each other, both of the first or of the second kind.
#define HALVES(v, i, which) _mm512_shuffle_i64x2(v[i], v[(i) + 8], (which) ? 0xee : 0x44)

/// Of 8 vectors, each with two groups in its halves, one number a group: what `join` makes of its lanes.
#define JOIN_LANES(t, join)                                                                            \
  do {                                                                                                 \
    for (int i = 0; i < 4; ++i)                                                                        \
      t[i] = join(_mm512_shuffle_i64x2(t[i], t[i + 4], 0x88), _mm512_shuffle_i64x2(t[i], t[i + 4], 0xdd)); \
    for (int i = 0; i < 2; ++i)                                                                        \
      t[i] = join(_mm512_unpacklo_epi64(t[i], t[i + 2]), _mm512_unpackhi_epi64(t[i], t[i + 2]));       \
    __m512 first = _mm512_castsi512_ps(t[0]), second = _mm512_castsi512_ps(t[1]);                      \
    t[0] = join(                                                                                       \
        _mm512_castps_si512(_mm512_shuffle_ps(first, second, 0x88)),                                   \
        _mm512_castps_si512(_mm512_shuffle_ps(first, second, 0xdd)));                                  \
    /* What lies in four rows of four goes into columns. */                                            \
    t[0] = _mm512_permutexvar_epi32(turned(), t[0]);                                                   \
  } while (0)

/// 16 groups at once, whose codes lie together; whether all values are finite.
static inline bool encode_groups(
    const float *values, float smallest, int8_t *codes, float *scales, int32_t *totals) {
  const __m512i magnitude = _mm512_set1_epi32(0x7fffffff), ones = _mm512_set1_epi8(1);
  __m512i v[TOGETHER], t[8];
  for (int g = 0; g < TOGETHER; ++g)
    v[reversed(g)] = _mm512_max_epu32(
        _mm512_and_si512(_mm512_loadu_si512(values + GROUP * g), magnitude),
        _mm512_and_si512(_mm512_loadu_si512(values + GROUP * g + 16), magnitude));
  for (int i = 0; i < 8; ++i) t[i] = _mm512_max_epu32(HALVES(v, i, 0), HALVES(v, i, 1));
  JOIN_LANES(t, _mm512_max_epu32);
  if (_mm512_cmpge_epu32_mask(t[0], _mm512_set1_epi32(NOT_FINITE))) return false;
  __m512 scale = _mm512_div_ps(_mm512_castsi512_ps(t[0]), _mm512_set1_ps(127));
  scale = _mm512_max_ps(scale, _mm512_set1_ps(smallest));
  _mm512_storeu_ps(scales, scale);
  float inverse[TOGETHER];
  _mm512_storeu_ps(inverse, _mm512_div_ps(_mm512_set1_ps(1), scale));
  for (int g = 0; g < TOGETHER; g += 2) {
    __m512i steps[4];
    for (int part = 0; part < 4; ++part)
      steps[part] = _mm512_cvtps_epi32(_mm512_mul_ps(
          _mm512_loadu_ps(values + GROUP * g + 16 * part), _mm512_set1_ps(inverse[g + part / 2])));
    __m512i low = _mm512_packs_epi32(steps[0], steps[1]), high = _mm512_packs_epi32(steps[2], steps[3]);
    __m512i found = _mm512_permutexvar_epi32(turned(), _mm512_packs_epi16(low, high));
    _mm512_storeu_si512(codes + GROUP * g, found);
    t[reversed(g)] = _mm512_dpbusd_epi32(_mm512_setzero_si512(), ones, found);
  }
  JOIN_LANES(t, _mm512_add_epi32);
  _mm512_storeu_si512(totals, t[0]);
  return true;
}

/// Whether all slices have 32 values and no padding, and codes lie as values do.
static inline bool has_groups(const aq_slices_args *a) {
  if (a->one_scale || a->run < a->slices * GROUP) return false;
  for (size_t s = 0; s < a->slices; ++s)
    if (a->ends[s] != (s + 1) * GROUP || a->slice_quads[s] != GROUP / 4) return false;
  return true;
}

void aq_slices_i8_avx512vnni(void *args) {
  aq_slices_args *a = args;
  size_t s = 0;
  if (has_groups(a))
    for (; s + TOGETHER <= a->slices; s += TOGETHER)
      if (!encode_groups(
              a->values + s * GROUP, a->smallest, a->codes + s * GROUP, a->scale + s, a->total + s)) {
        a->is_finite = false;
        return;
      }
  // What is left is a row of its own, whose ends are counted from its first value.
  aq_slices_args rest = *a;
  const size_t end = s * GROUP;
  size_t ends[TOGETHER];
  if (s > 0) {
    rest.slices = a->slices - s;
    for (size_t i = 0; i < rest.slices; ++i) ends[i] = a->ends[s + i] - end;
    rest.values += end, rest.codes += end, rest.scale += s, rest.total += s, rest.slice_quads += s;
    rest.ends = ends;
  }
  slices_body(&rest, largest_avx512, encode_avx512);
  a->is_finite = rest.is_finite;
}

#pragma clang attribute pop
#endif
