#include "adamw_dynamic8_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

// Eight parameters at a time. Values of codes and cells of the map are loaded one by one, cells in a loop of their own:
// a core has room for a few turns of a loop only, and where a division and a gather were in each, most of its time was
// waiting. On a Zen 3 1.52 ns a parameter in the second-level cache, 1.84 with gathered cells in one loop.

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

/// Parameters between what is used and what is asked for, two runs of 256: a loop that passes by one run ends before
/// the hardware has seen where it goes.
enum { AHEAD = 512 };

/// The largest patterns of magnitudes.
typedef struct {
  __m256i m, root;
} largest8;

static inline __m256i pattern(__m256 v) { return _mm256_castps_si256(v); }
static inline __m256i magnitude(__m256 v) { return _mm256_and_si256(pattern(v), _mm256_set1_epi32(0x7fffffff)); }

/// Eight bytes as numbers.
static inline __m256i load_codes(const uint8_t *codes) {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)codes));
}

/// The lower bytes of eight numbers below 256.
static inline void store_codes(uint8_t *codes, __m256i numbers) {
  __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(numbers), _mm256_extracti128_si256(numbers, 1));
  _mm_storel_epi64((__m128i *)codes, _mm_packus_epi16(words, words));
}

/// The values of eight codes.
static inline __m256 values_of(const float *values, const uint8_t *codes) {
  return _mm256_setr_ps(
      values[codes[0]], values[codes[1]], values[codes[2]], values[codes[3]], values[codes[4]], values[codes[5]],
      values[codes[6]], values[codes[7]]);
}

/// Asks for what comes later; behind the last parameter in vain.
static inline void ask_ahead(const aq_adamw_dynamic8_args *a, size_t at) {
  __builtin_prefetch((const void *)((uintptr_t)(a->parameters + at) + 4 * AHEAD), 1);
  __builtin_prefetch((const void *)((uintptr_t)(a->gradient + at) + 4 * AHEAD));
  __builtin_prefetch((const void *)((uintptr_t)(a->m_codes + at) + AHEAD), 1);
  __builtin_prefetch((const void *)((uintptr_t)(a->v_codes + at) + AHEAD), 1);
}

/// The new moments of eight parameters from column `at`, the `i`-th of the run, on.
static inline void move_moments(
    const aq_adamw_dynamic8_args *a, size_t at, size_t i, __m256 m_scale, __m256 v_scale, largest8 *largest) {
  const aq_adamw_step *s = &a->step;
  ask_ahead(a, at);
  __m256 g = _mm256_loadu_ps(a->gradient + at);
  __m256 m = _mm256_mul_ps(values_of(a->map.values, a->m_codes + at), m_scale);
  m = _mm256_add_ps(_mm256_mul_ps(_mm256_set1_ps(s->beta1), m), _mm256_mul_ps(_mm256_set1_ps(s->rest1), g));
  __m256i code = load_codes(a->v_codes + at), bits = _mm256_add_epi32(code, _mm256_set1_epi32(AQ_UFLOAT8));
  bits = _mm256_and_si256(_mm256_slli_epi32(bits, 19), _mm256_cmpgt_epi32(code, _mm256_setzero_si256()));
  __m256 root = _mm256_mul_ps(_mm256_castsi256_ps(bits), v_scale);
  root = _mm256_sqrt_ps(_mm256_add_ps(
      _mm256_mul_ps(_mm256_set1_ps(s->beta2), _mm256_mul_ps(root, root)),
      _mm256_mul_ps(_mm256_mul_ps(_mm256_set1_ps(s->rest2), g), g)));
  _mm256_storeu_ps(a->m + i, m);
  _mm256_storeu_ps(a->roots + i, root);
  largest->m = _mm256_max_epu32(largest->m, magnitude(m));
  largest->root = _mm256_max_epu32(largest->root, magnitude(root));
}

/// Of eight numbers from -1 to 1 the places of their cells, above the low bits that cells are added to: see `code_of`.
static inline __m256i keys_of(__m256 x) {
  const __m256i first = _mm256_set1_epi32(104 << 23);
  __m256i bits = _mm256_sub_epi32(_mm256_max_epi32(magnitude(x), first), first);
  __m256i sign = _mm256_srai_epi32(pattern(x), 31);
  bits = _mm256_xor_si256(bits, _mm256_srli_epi32(sign, 16));
  return _mm256_add_epi32(bits, _mm256_and_si256(sign, _mm256_set1_epi32(24 * 128 << 16)));
}

/// The codes of eight keys, as `code_of` finds them.
static inline __m256i codes_of(const uint32_t *cells, const uint32_t *keys) {
  // The upper halves.
  const uint16_t *places = (const uint16_t *)keys + 1;
  __m256i cell = _mm256_setr_epi32(
      (int)cells[places[0]], (int)cells[places[2]], (int)cells[places[4]], (int)cells[places[6]], (int)cells[places[8]],
      (int)cells[places[10]], (int)cells[places[12]], (int)cells[places[14]]);
  __m256i low = _mm256_and_si256(_mm256_load_si256((const __m256i *)keys), _mm256_set1_epi32(0xffff));
  return _mm256_and_si256(_mm256_srli_epi32(_mm256_add_epi32(cell, low), 16), _mm256_set1_epi32(255));
}

/// The unsigned 8-bit floats of eight roots, rounded by random bits.
static inline __m256i root_codes(__m256 roots, __m256 inverse, __m256i random) {
  random = _mm256_or_si256(_mm256_slli_epi32(_mm256_srli_epi32(random, 16), 3), _mm256_set1_epi32(4));
  __m256i bits = _mm256_add_epi32(pattern(_mm256_mul_ps(roots, inverse)), random);
  __m256i code = _mm256_sub_epi32(_mm256_srli_epi32(bits, 19), _mm256_set1_epi32(AQ_UFLOAT8));
  __m256i is_above = pattern(_mm256_cmp_ps(roots, _mm256_setzero_ps(), _CMP_GT_OQ));
  code = _mm256_max_epi32(code, _mm256_srli_epi32(is_above, 31));
  return _mm256_min_epi32(code, _mm256_set1_epi32(255));
}

/// Moves eight parameters by their new moments.
static inline void move_parameters(const aq_adamw_dynamic8_args *a, size_t at, __m256 m, __m256 root) {
  const aq_adamw_step *s = &a->step;
  __m256 step = _mm256_div_ps(
      _mm256_mul_ps(_mm256_set1_ps(s->rate), m),
      _mm256_add_ps(_mm256_mul_ps(root, _mm256_set1_ps(s->root_scale)), _mm256_set1_ps(s->epsilon)));
  __m256 p = _mm256_mul_ps(_mm256_loadu_ps(a->parameters + at), _mm256_set1_ps(s->decay));
  _mm256_storeu_ps(a->parameters + at, _mm256_sub_ps(p, step));
}

static inline uint32_t largest_lane(__m256i v) {
  __m128i half = _mm_max_epu32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  half = _mm_max_epu32(half, _mm_shuffle_epi32(half, 0x4e));
  return (uint32_t)_mm_cvtsi128_si32(_mm_max_epu32(half, _mm_shuffle_epi32(half, 0xb1)));
}

void aq_adamw_dynamic8_avx2(void *args) {
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  aq_adamw_dynamic8_args *result = args;
  // A copy, which nothing that is written here can change.
  const aq_adamw_dynamic8_args a = *result;
  size_t start = 0;
  for (size_t run = 0; run < a.runs; start = a.ends[run++]) {
    result->done = run;
    size_t count = a.ends[run] - start, whole = count / 8 * 8;
    float m_scale = a.m_scales[run], v_scale = a.v_scales[run];
    largest8 largest = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    for (size_t i = 0; i < whole; i += 8)
      move_moments(&a, start + i, i, _mm256_set1_ps(m_scale), _mm256_set1_ps(v_scale), &largest);
    moments_largest found = {largest_lane(largest.m), largest_lane(largest.root)};
    for (size_t i = whole; i < count; ++i) move_moment(&a, start + i, i, m_scale, v_scale, &found);
    if (found.m >= INFINITE || found.root >= INFINITE) return;
    a.m_scales[run] = m_scale = scale_of(float_of(found.m));
    a.v_scales[run] = v_scale = scale_of(float_of(found.root));
    const float inverse = 1 / v_scale;
    uint32_t key = a.key + (uint32_t)start * AQ_WEYL;
    __m256i random = _mm256_add_epi32(
        _mm256_set1_epi32((int32_t)key), _mm256_mullo_epi32(lanes, _mm256_set1_epi32((int32_t)AQ_WEYL)));
    for (size_t i = 0; i < whole; i += 8) {
      __m256 m = _mm256_loadu_ps(a.m + i), root = _mm256_loadu_ps(a.roots + i);
      move_parameters(&a, start + i, m, root);
      _mm256_store_si256((__m256i *)(a.m + i), keys_of(_mm256_div_ps(m, _mm256_set1_ps(m_scale))));
      store_codes(a.v_codes + start + i, root_codes(root, _mm256_set1_ps(inverse), random));
      random = _mm256_add_epi32(random, _mm256_set1_epi32((int32_t)(8 * AQ_WEYL)));
    }
    for (size_t i = 0; i < whole; i += 8)
      store_codes(a.m_codes + start + i, codes_of(a.map.cells, (const uint32_t *)(a.m + i)));
    for (size_t i = whole; i < count; ++i) {
      a.parameters[start + i] = moved(&a.step, a.parameters[start + i], a.m[i], a.roots[i]);
      a.m_codes[start + i] = code_of(&a.map, a.m[i] / m_scale);
      a.v_codes[start + i] = ufloat8_of(a.roots[i], inverse, key + (uint32_t)i * AQ_WEYL);
    }
  }
  result->done = a.runs;
}

#pragma clang attribute pop
#endif
