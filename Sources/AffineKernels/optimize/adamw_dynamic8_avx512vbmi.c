#include "adamw_dynamic8_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

// Lookups are permutations of registers, 64 parameters at a time: a gather takes 21 cycles for 16
// on Zen 4, these four lookups a parameter take 2 each.

// Keeps the compiler from taking a permutation or a masked operation apart into more operations.
#define OPAQUE(vector) __asm__("" : "+v"(vector))
#define OPAQUE_MASK(mask) __asm__("" : "+k"(mask))

#pragma clang attribute push(                                                               \
    __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi"))),       \
    apply_to = function)

/// The values of 64 codes, times a scale. The codes lie as `transposed` puts them.
static inline __attribute__((always_inline)) void decode(
    const aq_dynamic_map *map, __m512i codes, __m512 scale, __m512 values[4]) {
  __mmask64 upper = _mm512_movepi8_mask(codes);
  __m512i plane[4];
  for (int b = 0; b < 4; ++b) {
    const uint8_t *bytes = map->planes + 256 * b;
    __m512i low = _mm512_permutex2var_epi8(
        _mm512_loadu_si512(bytes), codes, _mm512_loadu_si512(bytes + 64));
    __m512i high = _mm512_permutex2var_epi8(
        _mm512_loadu_si512(bytes + 128), codes, _mm512_loadu_si512(bytes + 192));
    plane[b] = _mm512_mask_blend_epi8(upper, low, high);
  }
  __m512i low0 = _mm512_unpacklo_epi8(plane[0], plane[1]);
  __m512i low1 = _mm512_unpackhi_epi8(plane[0], plane[1]);
  __m512i high0 = _mm512_unpacklo_epi8(plane[2], plane[3]);
  __m512i high1 = _mm512_unpackhi_epi8(plane[2], plane[3]);
  values[0] = _mm512_castsi512_ps(_mm512_unpacklo_epi16(low0, high0));
  values[1] = _mm512_castsi512_ps(_mm512_unpackhi_epi16(low0, high0));
  values[2] = _mm512_castsi512_ps(_mm512_unpacklo_epi16(low1, high1));
  values[3] = _mm512_castsi512_ps(_mm512_unpackhi_epi16(low1, high1));
  for (int i = 0; i < 4; ++i) values[i] = _mm512_mul_ps(values[i], scale);
}

/// The unpacks of `decode` work in 128-bit quarters: with quarters and their 32-bit parts exchanged
/// before, the values come out in order.
static inline __attribute__((always_inline)) __m512i transposed(__m512i codes) {
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm512_permutexvar_epi32(order, codes);
}

/// The pieces of a map, in registers.
typedef struct {
  __m512 borders0, borders1, slopes, offsets;
  __m512i limits;
} pieces;

static inline __attribute__((always_inline)) pieces load_pieces(const aq_dynamic_map *map) {
  return (pieces){
      _mm512_loadu_ps(map->borders), _mm512_loadu_ps(map->borders + 16),
      _mm512_loadu_ps(map->slopes), _mm512_loadu_ps(map->offsets),
      _mm512_slli_epi32(_mm512_loadu_si512(map->limits), 1)};
}

/// 16 words whose third byte is a code and whose lower half is the fraction that follows it; below
/// 32 the value is too near to a threshold to be sure of the code.
///
/// A binade has at most one border between pieces. A border's low four bits are the piece below.
/// On a piece the position among the codes is slope * x + offset, from 2^23 on in units of 2^-15
/// codes. Past the last code of its piece it is limited; `*fractions` takes it before that.
static inline __attribute__((always_inline)) __m512i words_of(
    const pieces *p, __m512 moments, __m512 inverse, const bool is_signed, __m512i *fractions) {
  __m512 magnitudes = is_signed ? _mm512_abs_ps(moments) : moments;
  // From 2^-23 on exponents differ in their low five bits, which the permutation takes.
  __m512 x = _mm512_fmadd_ps(magnitudes, inverse, _mm512_set1_ps(0x1p-23f));
  __m512i binade = _mm512_srli_epi32(_mm512_castps_si512(x), 23);
  __m512 border = _mm512_permutex2var_ps(p->borders0, binade, p->borders1);
  // The sign of the difference says whether x is above the border.
  __m512i piece = _mm512_castps_si512(border);
  __m512i above = _mm512_srli_epi32(_mm512_sub_epi32(piece, _mm512_castps_si512(x)), 31);
  piece = _mm512_add_epi32(piece, above);
  __m512 position = _mm512_fmadd_ps(
      x, _mm512_permutexvar_ps(piece, p->slopes), _mm512_permutexvar_ps(piece, p->offsets));
  // Patterns of positive floats order as the floats do, and doubled they still do.
  __m512i word = _mm512_slli_epi32(_mm512_castps_si512(position), 1);
  *fractions = _mm512_min_epu16(*fractions, word);
  return _mm512_min_epu32(word, _mm512_permutexvar_epi32(piece, p->limits));
}

/// Where a fraction is below 32.
static inline __attribute__((always_inline)) __mmask16 unsure(__m512i fractions) {
  return _mm512_testn_epi32_mask(fractions, _mm512_set1_epi32(0xffe0));
}

/// Every fourth of 256 bytes, from `first` on, which is 0 to 3.
static inline __attribute__((always_inline)) __m512i every_fourth(const __m512i words[4], int first) {
  __m512i index = _mm512_set_epi64(
      0x7c7874706c686460, 0x5c5854504c484440, 0x3c3834302c282420, 0x1c1814100c080400,
      0x7c7874706c686460, 0x5c5854504c484440, 0x3c3834302c282420, 0x1c1814100c080400);
  index = _mm512_add_epi8(index, _mm512_set1_epi8((char)first));
  OPAQUE(index);
  return _mm512_mask_blend_epi8(
      0xffffffff00000000, _mm512_permutex2var_epi8(words[0], index, words[1]),
      _mm512_permutex2var_epi8(words[2], index, words[3]));
}

/// The codes of 64 moments; `fractions` is narrowed to the smallest of each lane.
static inline __attribute__((always_inline)) __m512i encode(
    const pieces *p, const float *moments, __m512 inverse, const bool is_signed,
    __m512i *fractions) {
  __m512i words[4], values[4];
  for (int i = 0; i < 4; ++i) {
    __m512 value = _mm512_load_ps(moments + 16 * i);
    values[i] = _mm512_castps_si512(value);
    words[i] = words_of(p, value, inverse, is_signed, fractions);
  }
  __m512i codes = every_fourth(words, 2);
  if (!is_signed) return codes;
  __mmask64 negative = _mm512_movepi8_mask(every_fourth(values, 3));
  OPAQUE_MASK(negative);
  // Zero has code 127; saturated, because 1 has a code of its own, 255, and -1 that of its neighbour.
  const __m512i zero = _mm512_set1_epi8(127);
  return _mm512_mask_subs_epu8(_mm512_add_epi8(zero, codes), negative, zero, codes);
}

/// Puts exact codes in the place of those of up to 64 that are not sure.
static __attribute__((noinline)) void settle(
    const aq_dynamic_map *map, const float *moments, float scale, const bool is_signed,
    size_t count, uint8_t *codes) {
  const pieces p = load_pieces(map);
  for (size_t i = 0; i < count && i < 64; i += 16) {
    __m512i fractions = _mm512_set1_epi32(-1);
    words_of(&p, _mm512_load_ps(moments + i), _mm512_set1_ps(1 / scale), is_signed, &fractions);
    // A subnormal reciprocal has too few bits to multiply by.
    unsigned left = 1 / scale < 0x1p-126f ? 0xffff : unsure(fractions);
    for (; left; left &= left - 1) {
      size_t one = i + (size_t)__builtin_ctz(left);
      if (one < count) codes[one] = code_of(map, moments[one] / scale);
    }
  }
}

/// 16 values of memory that ends somewhere: zeros from `mask` on, unless all are there.
static inline __attribute__((always_inline)) __m512 load16(
    const float *from, __mmask16 mask, const bool all) {
  return all ? _mm512_loadu_ps(from) : _mm512_maskz_loadu_ps(mask, from);
}

static inline __attribute__((always_inline)) __m512i load64(
    const uint8_t *from, __mmask64 mask, const bool all) {
  return all ? _mm512_loadu_si512(from) : _mm512_maskz_loadu_epi8(mask, from);
}

/// The new moments of up to 64 parameters from column `at`, the `i`-th of the run, on.
static inline __attribute__((always_inline)) void move_moments(
    const aq_adamw_dynamic8_args *a, size_t at, size_t i, __mmask64 exist, const bool all,
    __m512 m_scale, __m512 v_scale, __m512i *m_largest, __m512i *v_largest) {
  const aq_adamw_step *s = &a->step;
  __m512 ms[4], vs[4];
  decode(&a->m_map, transposed(load64(a->m_codes + at, exist, all)), m_scale, ms);
  decode(&a->v_map, transposed(load64(a->v_codes + at, exist, all)), v_scale, vs);
  for (int part = 0; part < 4; ++part, at += 16, i += 16, exist >>= 16) {
    __m512 g = load16(a->gradient + at, (__mmask16)exist, all);
    __m512 m = _mm512_add_ps(
        _mm512_mul_ps(_mm512_set1_ps(s->beta1), ms[part]),
        _mm512_mul_ps(_mm512_set1_ps(s->rest1), g));
    __m512 v = _mm512_add_ps(
        _mm512_mul_ps(_mm512_set1_ps(s->beta2), vs[part]),
        _mm512_mul_ps(_mm512_mul_ps(_mm512_set1_ps(s->rest2), g), g));
    if (!all) {
      m = _mm512_maskz_mov_ps((__mmask16)exist, m);
      v = _mm512_maskz_mov_ps((__mmask16)exist, v);
    }
    _mm512_store_ps(a->m + i, m);
    _mm512_store_ps(a->v + i, v);
    // Patterns order as magnitudes do, NaN above infinity, and negative numbers above all.
    *m_largest = _mm512_max_epu32(*m_largest, _mm512_castps_si512(_mm512_abs_ps(m)));
    *v_largest = _mm512_max_epu32(*v_largest, _mm512_castps_si512(v));
  }
}

/// Moves up to 64 parameters by their new moments.
static inline __attribute__((always_inline)) void move_parameters(
    const aq_adamw_dynamic8_args *a, size_t at, size_t i, __mmask64 exist, const bool all) {
  const aq_adamw_step *s = &a->step;
  for (int part = 0; part < 4; ++part, at += 16, i += 16, exist >>= 16) {
    __m512 p = load16(a->parameters + at, (__mmask16)exist, all);
    __m512 root = _mm512_sqrt_ps(_mm512_load_ps(a->v + i));
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
static inline __attribute__((always_inline)) void store(
    const aq_adamw_dynamic8_args *a, const pieces *m_pieces, const pieces *v_pieces, __m512 m_inverse,
    __m512 v_inverse, size_t at, size_t i, __mmask64 exist, const bool all, __m512i *fractions) {
  __m512i m_codes = encode(m_pieces, a->m + i, m_inverse, true, fractions);
  __m512i v_codes = encode(v_pieces, a->v + i, v_inverse, false, fractions);
  // The divisions fill the time in which the codes wait for their lookups.
  move_parameters(a, at, i, exist, all);
  if (all) {
    _mm512_storeu_si512(a->m_codes + at, m_codes);
    _mm512_storeu_si512(a->v_codes + at, v_codes);
  } else {
    _mm512_mask_storeu_epi8(a->m_codes + at, exist, m_codes);
    _mm512_mask_storeu_epi8(a->v_codes + at, exist, v_codes);
  }
}

void aq_adamw_dynamic8_avx512vbmi(void *args) {
  aq_adamw_dynamic8_args *result = args;
  // A copy, which nothing that is written here can change.
  const aq_adamw_dynamic8_args a = *result;
  const pieces m_pieces = load_pieces(&a.m_map), v_pieces = load_pieces(&a.v_map);
  const uint32_t infinity = 255u << 23;
  size_t start = 0;
  for (size_t run = 0; run < a.runs; start = a.ends[run++]) {
    result->done = run;
    size_t count = a.ends[run] - start, whole = count / 64 * 64;
    __mmask64 rest = (1ull << (count - whole)) - 1;
    __m512 m_scale = _mm512_set1_ps(a.m_scales[run]), v_scale = _mm512_set1_ps(a.v_scales[run]);
    __m512i m_largest = _mm512_setzero_si512(), v_largest = m_largest;
    for (size_t i = 0; i < whole; i += 64)
      move_moments(&a, start + i, i, ~0ull, true, m_scale, v_scale, &m_largest, &v_largest);
    if (rest)
      move_moments(&a, start + whole, whole, rest, false, m_scale, v_scale, &m_largest, &v_largest);
    uint32_t m_bits = _mm512_reduce_max_epu32(m_largest), v_bits = _mm512_reduce_max_epu32(v_largest);
    if (m_bits >= infinity || v_bits >= infinity) return;
    float m_new = scale_of(float_of(m_bits)), v_new = scale_of(float_of(v_bits));
    a.m_scales[run] = m_new;
    a.v_scales[run] = v_new;
    __m512 m_inverse = _mm512_set1_ps(1 / m_new), v_inverse = _mm512_set1_ps(1 / v_new);
    bool imprecise = 1 / m_new < 0x1p-126f || 1 / v_new < 0x1p-126f;
    for (size_t i = 0; i < count; i += 64) {
      __m512i fractions = _mm512_set1_epi32(-1);
      if (i < whole)
        store(
            &a, &m_pieces, &v_pieces, m_inverse, v_inverse, start + i, i, ~0ull, true, &fractions);
      else
        store(
            &a, &m_pieces, &v_pieces, m_inverse, v_inverse, start + i, i, rest, false, &fractions);
      if (__builtin_expect(unsure(fractions) || imprecise, 0)) {
        settle(&result->m_map, a.m + i, m_new, true, count - i, a.m_codes + start + i);
        settle(&result->v_map, a.v + i, v_new, false, count - i, a.v_codes + start + i);
      }
    }
  }
  result->done = a.runs;
}

#pragma clang attribute pop
#endif
