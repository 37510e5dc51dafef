// What codes stand for as bfloat16: both bytes are looked up. `kind` is the bits of a code, or says of bytes that
// 128 values and a sign are enough.

#include "numbers_body.h"

enum { SIGNED_BYTES = 9 };  // the top bit is a sign, as of small floats

typedef struct {
  ints low[4], high[4];
} pair_meaning;

INLINE pair_meaning pair_meaning_of(const aq_matmul_codes_args *t, const int kind) {
  uint8_t low[256] __attribute__((aligned(64))) = {0}, high[256] __attribute__((aligned(64))) = {0};
  const ints lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  for (int i = 0; i < 1 << (kind > 8 ? 7 : kind); i += 16) {
    ints code = add_ints(lanes, _mm512_set1_epi32(i - t->offset));
    floats values = t->table ? load_floats(t->table + i) : to_floats(code);
    ints halves = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(values));
    _mm_store_si128((__m128i *)(low + i), _mm512_cvtepi32_epi8(halves));
    _mm_store_si128((__m128i *)(high + i), _mm512_cvtepi32_epi8(_mm512_srli_epi32(halves, 8)));
  }
  pair_meaning meaning;
  for (int i = 0; i < 4; ++i) {
    meaning.low[i] = kind <= 4 ? table_of_bytes(low) : load_ints(low + 64 * i);
    meaning.high[i] = kind <= 4 ? table_of_bytes(high) : load_ints(high + 64 * i);
  }
  return meaning;
}

/// One byte of each code's value. A look-up sees 64 entries, the low 6 bits of a code, or 128 in three times the
/// operations; of two the top bit says which.
INLINE ints half_at(const ints table[4], ints codes, const int kind) {
  if (kind <= 4) return bytes_at(table[0], codes);
  if (kind <= 6) return _mm512_permutexvar_epi8(codes, table[0]);
  ints first = _mm512_permutex2var_epi8(table[0], codes, table[1]);
  if (kind != 8) return first;
  ints second = _mm512_permutex2var_epi8(table[2], codes, table[3]);
  return _mm512_mask_mov_epi8(first, _mm512_movepi8_mask(codes), second);
}

INLINE void pairs_of(
    ints codes, const pair_meaning *meaning, const int kind, const bool has_zeros, floats zeros, ints pairs[2]) {
  // The first two codes of four lanes, then their others, so that low and high bytes meet side by side.
  const ints order = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15));
  codes = _mm512_shuffle_epi8(codes, order);
  ints low = half_at(meaning->low, codes, kind), high = half_at(meaning->high, codes, kind);
  if (kind == SIGNED_BYTES) high = _mm512_or_si512(high, _mm512_and_si512(codes, broadcast_byte(0x80)));
  pairs[0] = _mm512_unpacklo_epi8(low, high);
  pairs[1] = _mm512_unpackhi_epi8(low, high);
  for (int p = 0; has_zeros && p < 2; ++p) {
    floats first = _mm512_castsi512_ps(_mm512_slli_epi32(pairs[p], 16));
    floats second = _mm512_castsi512_ps(_mm512_and_si512(pairs[p], _mm512_set1_epi32(-65536)));
    pairs[p] = pair_up(subtract(first, zeros), subtract(second, zeros));
  }
}
