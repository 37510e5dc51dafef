#include <immintrin.h>

#include "../inline.h"

#define FEW_REGISTERS 0

// The operations of products on 512-bit vectors.

enum { WIDTH = 16, VECTORS = 2, ABREAST = 4 };
typedef __m512i ints;
typedef __m512 floats;

static inline ints load_ints(const void *p) { return _mm512_loadu_si512(p); }
static inline ints broadcast_int(const void *p) {
  int32_t value;
  __builtin_memcpy(&value, p, sizeof value);
  return _mm512_set1_epi32(value);
}
static inline ints add_ints(ints a, ints b) { return _mm512_add_epi32(a, b); }
static inline ints subtract_ints(ints a, ints b) { return _mm512_sub_epi32(a, b); }
static inline ints multiply_ints(ints a, ints b) { return _mm512_mullo_epi32(a, b); }
/// The lower halves of 32-bit numbers, negated, and sums with their products, of two factors that fit in 16 bits: faster
/// than products of 32.
static inline ints short_negative(ints v) {
  return _mm512_and_si512(_mm512_sub_epi32(_mm512_setzero_si512(), v), _mm512_set1_epi32(0xffff));
}
static inline ints add_short_product(ints sum, ints negative, ints b) {
  return add_ints(sum, _mm512_madd_epi16(negative, b));
}
static inline floats to_floats(ints v) { return _mm512_cvtepi32_ps(v); }
static inline void store_ints(void *p, ints v) { _mm512_storeu_si512(p, v); }
static inline floats zero_floats(void) { return _mm512_setzero_ps(); }
static inline floats load_floats(const float *p) { return _mm512_loadu_ps(p); }
static inline floats load_halves(const uint16_t *p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)); }
static inline floats load_brain_halves(const uint16_t *p) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p)), 16));
}
/// An exponent of 0 is the subnormal 2^-127.
static inline floats load_powers(const uint8_t *p) {
  ints bits = _mm512_slli_epi32(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p)), 23);
  return _mm512_castsi512_ps(_mm512_max_epu32(bits, _mm512_set1_epi32(1 << 22)));
}
/// Bytes as numbers without sign.
static inline ints load_bytes(const uint8_t *p) { return _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p)); }
/// E4M3 is binary16 with fewer bits at both ends of the exponent and the mantissa: 2^8 times as large.
static inline floats load_small_floats(const uint8_t *p) {
  __m256i bits = _mm256_slli_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)p)), 7);
  return _mm512_mul_ps(
      _mm512_cvtph_ps(_mm256_and_si256(bits, _mm256_set1_epi16((short)0xbfff))), _mm512_set1_ps(256));
}
/// Entries of a table of 256, at places that follow each other.
static inline floats load_entries(const float *table, const uint8_t *p) {
  return _mm512_i32gather_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p)), table, 4);
}
static inline floats broadcast_float(const float *p) { return _mm512_set1_ps(*p); }
static inline floats multiply(floats a, floats b) { return _mm512_mul_ps(a, b); }
static inline floats add_floats(floats a, floats b) { return _mm512_add_ps(a, b); }
static inline floats subtract(floats a, floats b) { return _mm512_sub_ps(a, b); }
static inline floats add_product(floats a, floats b, floats sum) { return _mm512_fmadd_ps(a, b, sum); }
static inline void store_floats(float *p, floats v) { _mm512_storeu_ps(p, v); }

/// The codes of half bytes: low halves are the first 16 lanes of a quad, high halves the other 16.
static inline void split_nibbles(const uint8_t *p, ints codes[VECTORS]) {
  ints mask = _mm512_set1_epi8(15), bytes = load_ints(p);
  codes[0] = _mm512_and_si512(bytes, mask);
  codes[1] = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), mask);
}

INLINE ints keep_bits(ints v, const int mask) { return _mm512_and_si512(v, _mm512_set1_epi8((char)mask)); }
/// Bytes whose upper bits are then those of neighbours.
INLINE ints shift_right(ints v, const int count) { return _mm512_srli_epi16(v, (unsigned)count); }
/// Of each byte the bits of `a` where `mask` has ones, and those of `b` elsewhere.
INLINE ints select_bits(const int mask, ints a, ints b) {
  return _mm512_ternarylogic_epi32(_mm512_set1_epi8((char)mask), a, b, 0xca);
}
/// The same 128 bits in every part of a vector.
INLINE ints in_each_lane(__m128i v) { return _mm512_broadcast_i32x4(v); }
INLINE ints bytes_at(ints table, ints codes) { return _mm512_shuffle_epi8(table, codes); }
/// The same of 64 entries, for codes of 6 bits: bits 4 and 5 say of which 16.
INLINE ints bytes_of_64(const ints table[4], ints codes) {
  __mmask64 fourth = _mm512_test_epi8_mask(codes, _mm512_set1_epi8(16));
  ints low = _mm512_mask_shuffle_epi8(bytes_at(table[0], codes), fourth, table[1], codes);
  ints high = _mm512_mask_shuffle_epi8(bytes_at(table[2], codes), fourth, table[3], codes);
  return _mm512_mask_mov_epi8(low, _mm512_test_epi8_mask(codes, _mm512_set1_epi8(32)), high);
}

static inline ints broadcast_byte(uint8_t value) { return _mm512_set1_epi8((char)value); }

/// Byte `j` of every 32-bit lane, with its sign.
INLINE ints byte_of(ints v, const int j) {
  return _mm512_srai_epi32(_mm512_slli_epi32(v, (unsigned)(24 - 8 * j)), 24);
}

static inline ints subtract_bytes(ints a, ints b) { return _mm512_sub_epi8(a, b); }

#include "vectors_x86.h"
