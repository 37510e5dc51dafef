#if defined(__x86_64__)
#include "dynamic8_avx512vbmi.h"

#pragma clang attribute push(                                                               \
    __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi"))),       \
    apply_to = function)

/// 16 values of memory that ends somewhere: zeros from `mask` on, unless all are there.
INLINE __m512 load16(
    const float *from, __mmask16 mask, const bool all) {
  return all ? _mm512_loadu_ps(from) : _mm512_maskz_loadu_ps(mask, from);
}

INLINE __m512i load64(
    const uint8_t *from, __mmask64 mask, const bool all) {
  return all ? _mm512_loadu_si512(from) : _mm512_maskz_loadu_epi8(mask, from);
}

/// Values ahead that gradients are asked for: two runs of 256.
enum { AHEAD = 512 };

/// The new moments of up to 64 parameters from column `at`, the `i`-th of the run, on.
INLINE void move_moments(
    const aq_adamw_dynamic8_args *a, size_t at, size_t i, __mmask64 exist, const bool all,
    __m512 m_scale, __m512 v_scale, __m512i *m_largest, __m512i *root_largest) {
  const aq_adamw_step *s = &a->step;
  __m512 ms[4];
  decode(&a->map, transposed(load64(a->m_codes + at, exist, all)), m_scale, ms);
  for (int part = 0; part < 4; ++part, at += 16, i += 16, exist >>= 16) {
    // What the second loop over this run reads, and what the next runs do: a core's own prefetcher follows neither, since
    // the two loops take turns.
    _mm_prefetch((const char *)(a->parameters + at), _MM_HINT_T0);
    _mm_prefetch((const char *)(a->gradient + at + AHEAD), _MM_HINT_T0);
    __m512 g = load16(a->gradient + at, (__mmask16)exist, all);
    __m512 m = _mm512_add_ps(
        _mm512_mul_ps(_mm512_set1_ps(s->beta1), ms[part]),
        _mm512_mul_ps(_mm512_set1_ps(s->rest1), g));
    __m128i codes = all ? _mm_loadu_si128((const __m128i *)(a->v_codes + at))
                        : _mm_maskz_loadu_epi8((__mmask16)exist, a->v_codes + at);
    __m512 root = decode_roots(codes, v_scale);
    root = _mm512_sqrt_ps(_mm512_add_ps(
        _mm512_mul_ps(_mm512_set1_ps(s->beta2), _mm512_mul_ps(root, root)),
        _mm512_mul_ps(_mm512_mul_ps(_mm512_set1_ps(s->rest2), g), g)));
    if (!all) {
      m = _mm512_maskz_mov_ps((__mmask16)exist, m);
      root = _mm512_maskz_mov_ps((__mmask16)exist, root);
    }
    _mm512_store_ps(a->m + i, m);
    _mm512_store_ps(a->roots + i, root);
    // Patterns order as magnitudes do, NaN, as of negative numbers' roots, above infinity.
    *m_largest = _mm512_max_epu32(*m_largest, _mm512_castps_si512(_mm512_abs_ps(m)));
    *root_largest = _mm512_max_epu32(*root_largest, _mm512_castps_si512(root));
  }
}

/// Moves up to 64 parameters by their new moments.
INLINE void move_parameters(
    const aq_adamw_dynamic8_args *a, size_t at, size_t i, __mmask64 exist, const bool all) {
  const aq_adamw_step *s = &a->step;
  for (int part = 0; part < 4; ++part, at += 16, i += 16, exist >>= 16) {
    __m512 p = load16(a->parameters + at, (__mmask16)exist, all);
    __m512 root = _mm512_load_ps(a->roots + i);
    __m512 step = _mm512_div_ps(
        _mm512_mul_ps(_mm512_set1_ps(s->rate), _mm512_load_ps(a->m + i)),
        _mm512_add_ps(
            _mm512_mul_ps(root, _mm512_set1_ps(s->root_scale)), _mm512_set1_ps(s->epsilon)));
    p = _mm512_sub_ps(_mm512_mul_ps(p, _mm512_set1_ps(s->decay)), step);
    if (all) _mm512_storeu_ps(a->parameters + at, p);
    else _mm512_mask_storeu_ps(a->parameters + at, (__mmask16)exist, p);
  }
}

/// Writes the parameters and codes of up to 64 columns.
INLINE void store(
    const aq_adamw_dynamic8_args *a, const pieces *p, __m512 m_inverse, __m512 v_inverse, size_t at,
    size_t i, __mmask64 exist, const bool all, __m512i *fractions) {
  __m512i m_codes = encode(p, a->m + i, m_inverse, fractions);
  // The divisions fill the time in which the codes wait for their lookups.
  move_parameters(a, at, i, exist, all);
  if (all) _mm512_storeu_si512(a->m_codes + at, m_codes);
  else _mm512_mask_storeu_epi8(a->m_codes + at, exist, m_codes);
  for (int part = 0; part < 4; ++part, at += 16, i += 16, exist >>= 16) {
    __m128i codes = encode_roots(
        _mm512_load_ps(a->roots + i), v_inverse, a->key + (uint32_t)at * AQ_WEYL);
    if (all) _mm_storeu_si128((__m128i *)(a->v_codes + at), codes);
    else _mm_mask_storeu_epi8(a->v_codes + at, (__mmask16)exist, codes);
  }
}

void aq_adamw_dynamic8_avx512vbmi(void *args) {
  aq_adamw_dynamic8_args *result = args;
  // A copy, which nothing that is written here can change.
  const aq_adamw_dynamic8_args a = *result;
  const pieces p = load_pieces(&a.map);
  const uint32_t infinity = 255u << 23;
  size_t start = 0;
  for (size_t run = 0; run < a.runs; start = a.ends[run++]) {
    result->done = run;
    size_t count = a.ends[run] - start, whole = count / 64 * 64;
    __mmask64 rest = (1ull << (count - whole)) - 1;
    __m512 m_scale = _mm512_set1_ps(a.m_scales[run]), v_scale = _mm512_set1_ps(a.v_scales[run]);
    __m512i m_largest = _mm512_setzero_si512(), root_largest = m_largest;
    for (size_t i = 0; i < whole; i += 64)
      move_moments(&a, start + i, i, ~0ull, true, m_scale, v_scale, &m_largest, &root_largest);
    if (rest)
      move_moments(&a, start + whole, whole, rest, false, m_scale, v_scale, &m_largest, &root_largest);
    uint32_t m_bits = _mm512_reduce_max_epu32(m_largest), root_bits = _mm512_reduce_max_epu32(root_largest);
    if (m_bits >= infinity || root_bits >= infinity) return;
    float m_new = scale_of(float_of(m_bits)), v_new = scale_of(float_of(root_bits));
    a.m_scales[run] = m_new;
    a.v_scales[run] = v_new;
    __m512 m_inverse = _mm512_set1_ps(1 / m_new), v_inverse = _mm512_set1_ps(1 / v_new);
    bool imprecise = 1 / m_new < 0x1p-126f;
    for (size_t i = 0; i < count; i += 64) {
      __m512i fractions = _mm512_set1_epi32(-1);
      if (i < whole)
        store(&a, &p, m_inverse, v_inverse, start + i, i, ~0ull, true, &fractions);
      else
        store(&a, &p, m_inverse, v_inverse, start + i, i, rest, false, &fractions);
      if (__builtin_expect(unsure(fractions) || imprecise, 0))
        settle(&result->map, a.m + i, m_new, count - i, a.m_codes + start + i);
    }
  }
  result->done = a.runs;
}

#pragma clang attribute pop
#endif
