// Codes of a byte, or of 6 bits, that stand for the values of a table. Small floats become binary16, whose conversion
// the CPU has; else floats are gathered.

enum { GATHERED = 0, E2M3 = 2, E3M2 = 3, E4M3 = 4, E5M2 = 5 };

/// What the values of a kind are over its bits as binary16: 2 to the difference of the exponents' biases.
#define HALF_FACTOR(kind) ((kind) == E2M3 ? 0x1p14f : (kind) == E3M2 ? 0x1p12f : (kind) == E4M3 ? 0x1p8f : 1)

typedef const float *code_meaning;
#include "float_numbers.h"

INLINE int kind_of(const aq_matmul_codes_args *t) { return (int)t->exponent_bits; }

INLINE code_meaning meaning_of(const aq_matmul_codes_args *t, const int kind) {
  (void)kind;
  return t->table;
}

/// Bytes at the top of 16 bits to binary16: E5M2 is its upper half; E4M3 one bit to the right is 2^-8 of the
/// value, and its NaN wants all bits of the exponent. Floats of 6 bits have no NaN, and lie two bits lower.
INLINE ints halves_of(ints top, const int kind) {
  if (kind == E5M2) return top;
  if (kind == E2M3 || kind == E3M2) {
    ints signs = _mm256_slli_epi16(top, 2);
    return kind == E2M3 ? _mm256_and_si256(_mm256_srai_epi16(signs, 3), _mm256_set1_epi16((short)0x8f80))
                        : _mm256_and_si256(_mm256_srai_epi16(signs, 2), _mm256_set1_epi16((short)0x9f00));
  }
  const ints all = _mm256_set1_epi16(0x7f00);
  ints is_nan = _mm256_cmpeq_epi16(_mm256_and_si256(top, all), all);
  ints half = _mm256_and_si256(_mm256_srai_epi16(top, 1), _mm256_set1_epi16((short)0xbf80));
  return _mm256_or_si256(half, _mm256_and_si256(is_nan, _mm256_set1_epi16(0x7fff)));
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
  for (int pair = 0; pair < 2; ++pair) {
    ints none = _mm256_setzero_si256();
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
