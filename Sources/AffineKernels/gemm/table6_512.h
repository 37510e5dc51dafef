// Codes of 6 bits that are floats, E2M3 or E3M2, without look-ups: they become binary16, whose conversion the CPU has.

enum { E2M3 = 2, E3M2 = 3 };

typedef int code_meaning;
#include "float_numbers.h"

INLINE code_meaning meaning_of(const aq_matmul_codes_args *t, const int kind) {
  (void)t;
  return kind;
}

INLINE numbers numbers_of(ints codes, const code_meaning *meaning, const int kind) {
  (void)meaning;
  // Bytes 0 of four lanes, then bytes 1, and so on.
  ints turned = _mm512_shuffle_epi8(codes, _mm512_broadcast_i32x4(_mm_setr_epi8(
      0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)));
  const floats factor = _mm512_set1_ps(kind == E2M3 ? 0x1p14f : 0x1p12f);
  numbers found;
  for (int pair = 0; pair < 2; ++pair) {
    ints none = _mm512_setzero_si512();
    ints top = pair == 0 ? _mm512_unpacklo_epi8(none, turned) : _mm512_unpackhi_epi8(none, turned);
    // The sign to the top, the other bits to where the exponent ends.
    ints signs = _mm512_slli_epi16(top, 2);
    ints half = kind == E2M3 ? _mm512_and_si512(_mm512_srai_epi16(signs, 3), _mm512_set1_epi16((short)0x8f80))
                             : _mm512_and_si512(_mm512_srai_epi16(signs, 2), _mm512_set1_epi16((short)0x9f00));
    floats first = multiply(_mm512_cvtph_ps(_mm512_castsi512_si256(half)), factor);
    floats last = multiply(_mm512_cvtph_ps(_mm512_extracti64x4_epi64(half, 1)), factor);
    found.value[2 * pair] = _mm512_shuffle_f32x4(first, last, 0x88);
    found.value[2 * pair + 1] = _mm512_shuffle_f32x4(first, last, 0xdd);
  }
  return found;
}
