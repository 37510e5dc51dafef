// Codes of a byte, or of 6 bits, that stand for the values of a table. Where these are bfloat16, as all small floats
// are, their halves fill four vectors each, and bytes look them up; else floats are gathered.

#define HAS_ZEROS 0
#define NUMBER_FACTOR 1.0f

enum { GATHERED, LOOKED_UP, SIGNED, OF_64 };

typedef struct {
  ints low[4], high[4];
  const float *table;
} code_meaning;
typedef struct {
  ints low, high;
} numbers;

/// Small floats, of which the top bit is a sign; or whether the low halves of all values are zero.
INLINE int kind_of(const aq_matmul_codes_args *t) {
  if (t->exponent_bits) return SIGNED;
  ints bits = load_ints(t->table);
  for (int i = 1; i < 16; ++i) bits = _mm512_or_si512(bits, load_ints(t->table + 16 * i));
  return _mm512_test_epi32_mask(bits, _mm512_set1_epi32(0xffff)) ? GATHERED : LOOKED_UP;
}

INLINE code_meaning meaning_of(const aq_matmul_codes_args *t, const int kind) {
  code_meaning meaning;
  meaning.table = t->table;
  if (kind == GATHERED) return meaning;
  uint8_t low[256] __attribute__((aligned(64))), high[256] __attribute__((aligned(64)));
  for (int i = 0; i < 16; ++i) {
    ints bits = load_ints(t->table + 16 * i);
    _mm_store_si128((__m128i *)(low + 16 * i), _mm512_cvtepi32_epi8(_mm512_srli_epi32(bits, 16)));
    _mm_store_si128((__m128i *)(high + 16 * i), _mm512_cvtepi32_epi8(_mm512_srli_epi32(bits, 24)));
  }
  for (int i = 0; i < 4; ++i) {
    meaning.low[i] = load_ints(low + 64 * i);
    meaning.high[i] = load_ints(high + 64 * i);
  }
  return meaning;
}

/// One look-up sees 64 entries. Two see 128 each: the low 7 bits of a code; its top bit says which.
INLINE ints look_up(const ints table[4], ints codes, const int kind) {
  if (kind == OF_64) return _mm512_permutexvar_epi8(codes, table[0]);
  ints first = _mm512_permutex2var_epi8(table[0], codes, table[1]);
  if (kind == SIGNED) return first;
  ints second = _mm512_permutex2var_epi8(table[2], codes, table[3]);
  return _mm512_mask_mov_epi8(first, _mm512_movepi8_mask(codes), second);
}
INLINE numbers numbers_of(ints codes, const code_meaning *meaning, const int kind) {
  if (kind == GATHERED) return (numbers){codes, codes};
  ints high = look_up(meaning->high, codes, kind);
  if (kind == SIGNED) high = _mm512_or_si512(high, _mm512_and_si512(codes, _mm512_set1_epi8((char)0x80)));
  return (numbers){look_up(meaning->low, codes, kind), high};
}
INLINE floats number_at(numbers found, const int j, const code_meaning *meaning, const int kind) {
  if (kind == GATHERED) {
    ints index = _mm512_and_si512(_mm512_srli_epi32(found.low, (unsigned)(8 * j)), _mm512_set1_epi32(255));
    return _mm512_i32gather_ps(index, meaning->table, 4);
  }
  // Bytes 2 and 3 of a float are byte j of the low and of the high halves.
  const ints step = _mm512_set_epi32(
      0x3c << 16, 0x38 << 16, 0x34 << 16, 0x30 << 16, 0x2c << 16, 0x28 << 16, 0x24 << 16, 0x20 << 16, 0x1c << 16,
      0x18 << 16, 0x14 << 16, 0x10 << 16, 0x0c << 16, 0x08 << 16, 0x04 << 16, 0);
  ints both = _mm512_or_si512(step, _mm512_slli_epi32(step, 8));
  ints index = _mm512_add_epi32(both, _mm512_set1_epi32((64 + j) << 24 | j << 16));
  return _mm512_castsi512_ps(
      _mm512_maskz_permutex2var_epi8(0xccccccccccccccccu, found.low, index, found.high));
}

INLINE floats large_number_at(numbers found, const int j, const code_meaning *meaning, const int kind) {
  return number_at(found, j, meaning, kind);
}
