#include "interleave_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

/// Transposes 8 rows of 8 units: interleave neighbours by 32 bits, then by 64, then swap halves.
INLINE void transpose_8x8(__m256 r[8]) {
  __m256 t[8];
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {
    r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
    r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
    r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
  for (int i = 0; i < 4; ++i) {
    t[i] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x20);
    t[i + 4] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x31);
  }
  for (int i = 0; i < 8; ++i) r[i] = t[i];
}

/// Stores the first `lanes` lanes of a vector. `may_spill`: what follows them is written later.
static inline void store_part(float *to, __m256 v, size_t lanes, bool may_spill) {
  if (may_spill) {
    _mm256_storeu_ps(to, v);
  } else if (lanes == 4) {
    _mm_storeu_ps(to, _mm256_castps256_ps128(v));
  } else {
    float all[8];
    _mm256_storeu_ps(all, v);
    for (size_t lane = 0; lane < lanes; ++lane) to[lane] = all[lane];
  }
}

/// Interleaves 8 units of up to 8 rows, from `lane` on.
INLINE void interleave_8x8(
    const aq_interleave_args *a, size_t unit, size_t lane, const bool whole) {
  __m256 r[8];
  for (size_t i = 0; i < 8; ++i) {
    const uint32_t *row = a->in + (lane + i) * a->in_stride + unit;
    r[i] = whole || lane + i < a->lanes ? _mm256_loadu_ps((const float *)row) : _mm256_setzero_ps();
  }
  transpose_8x8(r);
  size_t present = a->padded_lanes - lane < 8 ? a->padded_lanes - lane : 8;
  for (size_t i = 0; i < 8; ++i) {
    float *to = (float *)(a->out + (unit + i) * a->padded_lanes + lane);
    // In a panel of 4 to 7 lanes, 8 of them reach no further than the next unit.
    bool may_spill = whole || present == 8 || (lane == 0 && present >= 4 && unit + i + 1 < a->count);
    store_part(to, r[i], present, may_spill);
  }
}

void aq_interleave_32_avx2(void *args) {
  const aq_interleave_args *a = args;
  // No tile of this CPU has runs of eight bytes.
  if (a->words == 2) {
    interleave_units(a, 0, 0, 2);
    return;
  }
  size_t whole_units = a->count / 8 * 8;
  for (size_t lane = 0; lane < a->padded_lanes; lane += 8) {
    bool whole = lane + 8 <= a->lanes;
    for (size_t i = 0; i < whole_units; i += 8) {
      if (whole) interleave_8x8(a, i, lane, true);
      else interleave_8x8(a, i, lane, false);
    }
  }
  interleave_units(a, whole_units, 0, 1);
}

#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)

/// Interleaves 16 units of 6 rows. First neighbours become pairs, 8 units each; then each vector of the result
/// takes 8 pairs, of which three in turn are a unit.
INLINE void interleave_6x16(const aq_interleave_args *a, size_t unit) {
  const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
  // Pairs of rows 0 and 1, and from 8 on of rows 2 and 3; then where those of rows 4 and 5 go.
  const __m512i order[3] = {
      _mm512_setr_epi64(0, 8, 0, 1, 9, 0, 2, 10), _mm512_setr_epi64(0, 3, 11, 0, 4, 12, 0, 5),
      _mm512_setr_epi64(13, 0, 6, 14, 0, 7, 15, 0)};
  const __m512i third[3] = {
      _mm512_setr_epi64(0, 0, 0, 0, 0, 1, 0, 0), _mm512_setr_epi64(2, 0, 0, 3, 0, 0, 4, 0),
      _mm512_setr_epi64(0, 5, 0, 0, 6, 0, 0, 7)};
  const __mmask8 isThird[3] = {0x24, 0x49, 0x92};
  __m512i pairs[2][3];
  for (size_t j = 0; j < 3; ++j) {
    const uint32_t *row = a->in + 2 * j * a->in_stride + unit;
    __m512i first = _mm512_loadu_si512(row), second = _mm512_loadu_si512(row + a->in_stride);
    pairs[0][j] = _mm512_permutex2var_epi32(first, low, second);
    pairs[1][j] = _mm512_permutex2var_epi32(first, high, second);
  }
  uint32_t *to = a->out + 6 * unit;
  for (size_t half = 0; half < 2; ++half)
    for (size_t i = 0; i < 3; ++i, to += 16) {
      __m512i two = _mm512_permutex2var_epi64(pairs[half][0], order[i], pairs[half][1]);
      _mm512_storeu_si512(to, _mm512_mask_permutexvar_epi64(two, isThird[i], third[i], pairs[half][2]));
    }
}

void aq_interleave_32_avx512vnni(void *args) {
  const aq_interleave_args *a = args;
  size_t i = 0;
  // What the products of this instruction set read; the rest is as fast with shorter vectors.
  if (a->words != 1 || a->lanes != 6 || a->padded_lanes != 6) {
    aq_interleave_32_avx2(args);
    return;
  }
  for (; i + 16 <= a->count; i += 16) interleave_6x16(a, i);
  interleave_units(a, i, 0, 1);
}

#pragma clang attribute pop
#endif
