#include <immintrin.h>

#include "adamw_dynamic8_body.h"

// Lookups are permutations of registers, 64 parameters at a time: a gather takes 21 cycles for 16
// on Zen 4, encoding 16 moments in this way 10.

// Keeps the compiler from taking a permutation or a masked operation apart into more operations.
#define OPAQUE(vector) __asm__("" : "+v"(vector))
#define OPAQUE_MASK(mask) __asm__("" : "+k"(mask))

#pragma clang attribute push(                                                               \
    __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi"))),       \
    apply_to = function)

/// The values of 64 codes, times a scale. The codes lie as `transposed` puts them.
INLINE void decode(
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
INLINE __m512i transposed(__m512i codes) {
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm512_permutexvar_epi32(order, codes);
}

/// The pieces of a map, in registers.
typedef struct {
  __m512 borders0, borders1, slopes, offsets;
  __m512i limits;
} pieces;

INLINE pieces load_pieces(const aq_dynamic_map *map) {
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
INLINE __m512i words_of(
    const pieces *p, __m512 moments, __m512 inverse, __m512i *fractions) {
  __m512 magnitudes = _mm512_abs_ps(moments);
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
INLINE __mmask16 unsure(__m512i fractions) {
  return _mm512_testn_epi32_mask(fractions, _mm512_set1_epi32(0xffe0));
}

/// Every fourth of 256 bytes, from `first` on, which is 0 to 3.
INLINE __m512i every_fourth(const __m512i words[4], int first) {
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
INLINE __m512i encode(
    const pieces *p, const float *moments, __m512 inverse, __m512i *fractions) {
  __m512i words[4], values[4];
  for (int i = 0; i < 4; ++i) {
    __m512 value = _mm512_load_ps(moments + 16 * i);
    values[i] = _mm512_castps_si512(value);
    words[i] = words_of(p, value, inverse, fractions);
  }
  __m512i codes = every_fourth(words, 2);
  __mmask64 negative = _mm512_movepi8_mask(every_fourth(values, 3));
  OPAQUE_MASK(negative);
  // Zero has code 127; saturated, because 1 has a code of its own, 255, and -1 that of its neighbour.
  const __m512i zero = _mm512_set1_epi8(127);
  return _mm512_mask_subs_epu8(_mm512_add_epi8(zero, codes), negative, zero, codes);
}

/// Sixteen roots of unsigned 8-bit floats.
INLINE __m512 decode_roots(__m128i codes, __m512 scale) {
  __m512i code = _mm512_cvtepu8_epi32(codes);
  __m512i bits = _mm512_slli_epi32(_mm512_add_epi32(code, _mm512_set1_epi32(AQ_UFLOAT8)), 19);
  bits = _mm512_maskz_mov_epi32(_mm512_test_epi32_mask(code, code), bits);
  return _mm512_mul_ps(_mm512_castsi512_ps(bits), scale);
}

/// The unsigned 8-bit floats of sixteen roots, of which `key` is the first one's.
INLINE __m128i encode_roots(
    __m512 roots, __m512 inverse, uint32_t key) {
  const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  __m512i random = _mm512_add_epi32(
      _mm512_set1_epi32((int32_t)key),
      _mm512_mullo_epi32(lanes, _mm512_set1_epi32((int32_t)AQ_WEYL)));
  // (random >> 16 << 3 | 4) less the least code, in place.
  const __m512i less = _mm512_set1_epi32((int32_t)(4 - ((uint32_t)AQ_UFLOAT8 << 19)));
  random = _mm512_ternarylogic_epi32(_mm512_srli_epi32(random, 13), _mm512_set1_epi32(0x7fff8), less, 0xea);
  __m512i bits = _mm512_add_epi32(_mm512_castps_si512(_mm512_mul_ps(roots, inverse)), random);
  // Of a root that is not zero at least 1.
  __m512i least = _mm512_min_epu32(_mm512_castps_si512(roots), _mm512_set1_epi32(1));
  return _mm512_cvtusepi32_epi8(_mm512_max_epi32(_mm512_srai_epi32(bits, 19), least));
}

/// Puts exact codes in the place of those of up to 64 that are not sure.
static __attribute__((noinline)) void settle(
    const aq_dynamic_map *map, const float *moments, float scale, size_t count, uint8_t *codes) {
  const pieces p = load_pieces(map);
  for (size_t i = 0; i < count && i < 64; i += 16) {
    __m512i fractions = _mm512_set1_epi32(-1);
    words_of(&p, _mm512_load_ps(moments + i), _mm512_set1_ps(1 / scale), &fractions);
    // A subnormal reciprocal has too few bits to multiply by.
    unsigned left = 1 / scale < 0x1p-126f ? 0xffff : unsure(fractions);
    for (; left; left &= left - 1) {
      size_t one = i + (size_t)__builtin_ctz(left);
      if (one < count) codes[one] = code_of(map, moments[one] / scale);
    }
  }
}

#pragma clang attribute pop
