// Codes of a byte, or of 6 bits, that stand for the values of a table. E4M3 becomes bfloat16, other small floats
// binary16, whose conversion the CPU has; else floats are gathered.

enum { GATHERED = 0, E2M3 = 2, E3M2 = 3, E4M3 = 4, E5M2 = 5 };

/// What the values of a kind are over its bits as binary16: 2 to the difference of the exponents' biases.
#define HALF_FACTOR(kind) ((kind) == E2M3 ? 0x1p14f : (kind) == E3M2 ? 0x1p12f : 1)

typedef const float *code_meaning;
#include "float_numbers.h"

INLINE int kind_of(const aq_matmul_codes_args *t) { return (int)t->exponent_bits; }

INLINE code_meaning meaning_of(const aq_matmul_codes_args *t, const int kind) {
  (void)kind;
  return t->table;
}

/// Bytes at the top of 16 bits to binary16: E5M2 is its upper half; floats of 6 bits lie two bits lower.
INLINE ints halves_of(ints top, const int kind) {
  if (kind == E5M2) return top;
  ints signs = _mm256_slli_epi16(top, 2);
  return kind == E2M3 ? _mm256_and_si256(_mm256_srai_epi16(signs, 3), _mm256_set1_epi16((short)0x8f80))
                      : _mm256_and_si256(_mm256_srai_epi16(signs, 2), _mm256_set1_epi16((short)0x9f00));
}

/// The two bytes of the bfloat16 that codes of E4M3 are. Its exponent's bias is larger by 120, an even number: so the
/// upper half of a code says what the upper byte is, and its lower half is the upper one of the lower byte. What
/// subnormals and NaN differ in is looked up by their lower halves; of other codes, 8 to 126 without the sign, that is
/// nothing.
INLINE void bytes_of_e4m3(ints codes, ints *upper, ints *lower) {
  const ints uppers = in_each_lane(_mm_setr_epi8(
      60, 61, 62, 63, 64, 65, 66, 67, -68, -67, -66, -65, -64, -63, -62, -61));
  const ints lowers = in_each_lane(_mm_setr_epi8(
      0, 16, 32, 48, 64, 80, 96, 112, -128, -112, -96, -80, -64, -48, -32, -16));
  const ints added = in_each_lane(_mm_setr_epi8(-60, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60));
  const ints changed = in_each_lane(_mm_setr_epi8(
      0, 0x10, (char)0xa0, (char)0xf0, 0x40, 0x70, 0x20, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x30));
  ints magnitudes = keep_bits(codes, 127);
  ints are_others = _mm256_cmpgt_epi8(_mm256_add_epi8(magnitudes, _mm256_set1_epi8(1)), _mm256_set1_epi8(8));
  // A look-up at a negative place is zero.
  ints places = _mm256_or_si256(magnitudes, are_others);
  *upper = _mm256_add_epi8(bytes_at(uppers, keep_bits(shift_right(codes, 4), 15)), bytes_at(added, places));
  *lower = _mm256_xor_si256(bytes_at(lowers, magnitudes), bytes_at(changed, places));
}

INLINE numbers numbers_of(ints codes, const code_meaning *meaning, const int kind) {
  numbers found;
  if (kind == GATHERED) {
    for (int j = 0; j < 4; ++j) {
      ints index = _mm256_and_si256(_mm256_srli_epi32(codes, 8 * j), _mm256_set1_epi32(255));
      found.value[j] = _mm256_i32gather_ps(*meaning, index, 4);
    }
    return found;
  }
  // Bytes 0 of four lanes, then bytes 1, and so on.
  ints turned = _mm256_shuffle_epi8(codes, _mm256_broadcastsi128_si256(_mm_setr_epi8(
      0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)));
  const ints none = _mm256_setzero_si256();
  if (kind == E4M3) {
    ints upper, lower;
    bytes_of_e4m3(turned, &upper, &lower);
    ints first = _mm256_unpacklo_epi8(lower, upper), last = _mm256_unpackhi_epi8(lower, upper);
    found.value[0] = _mm256_castsi256_ps(_mm256_unpacklo_epi16(none, first));
    found.value[1] = _mm256_castsi256_ps(_mm256_unpackhi_epi16(none, first));
    found.value[2] = _mm256_castsi256_ps(_mm256_unpacklo_epi16(none, last));
    found.value[3] = _mm256_castsi256_ps(_mm256_unpackhi_epi16(none, last));
    return found;
  }
  for (int pair = 0; pair < 2; ++pair) {
    ints top = pair == 0 ? _mm256_unpacklo_epi8(none, turned) : _mm256_unpackhi_epi8(none, turned);
    ints half = halves_of(top, kind);
    floats first = _mm256_cvtph_ps(_mm256_castsi256_si128(half));
    floats last = _mm256_cvtph_ps(_mm256_extracti128_si256(half, 1));
    if (kind != E5M2) {
      floats factor = _mm256_set1_ps(HALF_FACTOR(kind));
      first = multiply(first, factor);
      last = multiply(last, factor);
    }
    found.value[2 * pair] = _mm256_permute2f128_ps(first, last, 0x20);
    found.value[2 * pair + 1] = _mm256_permute2f128_ps(first, last, 0x31);
  }
  return found;
}
