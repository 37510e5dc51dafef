#include <immintrin.h>

#include "../inline.h"

#define FEW_REGISTERS 1

// The operations of products on 256-bit vectors.

enum { WIDTH = 8, VECTORS = 2, ABREAST = 4 };
typedef __m256i ints;
typedef __m256 floats;

static inline ints load_ints(const void *p) { return _mm256_loadu_si256(p); }
static inline ints broadcast_int(const void *p) {
  return _mm256_castps_si256(_mm256_broadcast_ss(p));
}
static inline ints add_ints(ints a, ints b) { return _mm256_add_epi32(a, b); }
static inline ints subtract_ints(ints a, ints b) { return _mm256_sub_epi32(a, b); }
static inline ints multiply_ints(ints a, ints b) { return _mm256_mullo_epi32(a, b); }
/// The lower halves of 32-bit numbers, negated, and sums with their products, of two factors that fit in 16 bits: faster
/// than products of 32.
static inline ints short_negative(ints v) {
  return _mm256_and_si256(_mm256_sub_epi32(_mm256_setzero_si256(), v), _mm256_set1_epi32(0xffff));
}
static inline ints add_short_product(ints sum, ints negative, ints b) {
  return add_ints(sum, _mm256_madd_epi16(negative, b));
}
static inline floats to_floats(ints v) { return _mm256_cvtepi32_ps(v); }
static inline void store_ints(void *p, ints v) { _mm256_storeu_si256((__m256i *)p, v); }
static inline floats zero_floats(void) { return _mm256_setzero_ps(); }
static inline floats load_floats(const float *p) { return _mm256_loadu_ps(p); }
static inline floats load_halves(const uint16_t *p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)); }
static inline floats load_brain_halves(const uint16_t *p) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)p)), 16));
}
/// An exponent of 0 is the subnormal 2^-127.
static inline floats load_powers(const uint8_t *p) {
  ints bits = _mm256_slli_epi32(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p)), 23);
  return _mm256_castsi256_ps(_mm256_max_epu32(bits, _mm256_set1_epi32(1 << 22)));
}
/// Bytes as numbers without sign.
static inline ints load_bytes(const uint8_t *p) { return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p)); }
/// E4M3 is binary16 with fewer bits at both ends of the exponent and the mantissa: 2^8 times as large.
static inline floats load_small_floats(const uint8_t *p) {
  __m128i bits = _mm_slli_epi16(_mm_cvtepi8_epi16(_mm_loadl_epi64((const __m128i *)p)), 7);
  return _mm256_mul_ps(_mm256_cvtph_ps(_mm_and_si128(bits, _mm_set1_epi16((short)0xbfff))), _mm256_set1_ps(256));
}
/// Entries of a table of 256, at places that follow each other.
static inline floats load_entries(const float *table, const uint8_t *p) {
  return _mm256_i32gather_ps(table, _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p)), 4);
}
static inline floats broadcast_float(const float *p) { return _mm256_broadcast_ss(p); }
static inline floats multiply(floats a, floats b) { return _mm256_mul_ps(a, b); }
static inline floats add_floats(floats a, floats b) { return _mm256_add_ps(a, b); }
static inline floats subtract(floats a, floats b) { return _mm256_sub_ps(a, b); }
static inline floats add_product(floats a, floats b, floats sum) { return _mm256_fmadd_ps(a, b, sum); }
static inline void store_floats(float *p, floats v) { _mm256_storeu_ps(p, v); }

/// The codes of half bytes: low halves are the first 8 lanes of a quad, high halves the other 8.
static inline void split_nibbles(const uint8_t *p, ints codes[VECTORS]) {
  ints mask = _mm256_set1_epi8(15), bytes = load_ints(p);
  codes[0] = _mm256_and_si256(bytes, mask);
  codes[1] = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), mask);
}

INLINE ints keep_bits(ints v, const int mask) { return _mm256_and_si256(v, _mm256_set1_epi8((char)mask)); }
/// Bytes whose upper bits are then those of neighbours.
INLINE ints shift_right(ints v, const int count) { return _mm256_srli_epi16(v, count); }
/// Of each byte the bits of `a` where `mask` has ones, and those of `b` elsewhere.
INLINE ints select_bits(const int mask, ints a, ints b) {
  return _mm256_or_si256(keep_bits(a, mask), keep_bits(b, ~mask));
}
/// The same 128 bits in every part of a vector.
INLINE ints in_each_lane(__m128i v) { return _mm256_broadcastsi128_si256(v); }
INLINE ints bytes_at(ints table, ints codes) { return _mm256_shuffle_epi8(table, codes); }
/// The same of 64 entries, for codes of 6 bits: bits 4 and 5 say of which 16.
INLINE ints bytes_of_64(const ints table[4], ints codes) {
  // At the top of a byte, where a choice looks.
  ints fourth = _mm256_slli_epi16(codes, 3), fifth = _mm256_slli_epi16(codes, 2);
  ints low = _mm256_blendv_epi8(bytes_at(table[0], codes), bytes_at(table[1], codes), fourth);
  ints high = _mm256_blendv_epi8(bytes_at(table[2], codes), bytes_at(table[3], codes), fourth);
  return _mm256_blendv_epi8(low, high, fifth);
}

static inline ints broadcast_byte(uint8_t value) { return _mm256_set1_epi8((char)value); }

/// Byte `j` of every 32-bit lane, with its sign.
INLINE ints byte_of(ints v, const int j) { return _mm256_srai_epi32(_mm256_slli_epi32(v, 24 - 8 * j), 24); }

static inline ints subtract_bytes(ints a, ints b) { return _mm256_sub_epi8(a, b); }

#include "vectors_x86.h"
