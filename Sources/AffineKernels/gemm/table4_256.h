// Codes of 4 bits that stand for the values of a table: 16 floats fill two vectors.

#define HAS_ZEROS 0
#define NUMBER_FACTOR 1.0f

typedef struct {
  floats low, high;
} code_meaning;
typedef ints numbers;

INLINE code_meaning meaning_of(const aq_matmul_codes_args *t, const int kind) {
  (void)kind;
  return (code_meaning){load_floats(t->table), load_floats(t->table + 8)};
}
INLINE numbers numbers_of(ints codes, const code_meaning *meaning, const int kind) {
  (void)meaning, (void)kind;
  return codes;
}
/// The low 3 bits of a code are an index in either half of the table, and the fourth says which.
INLINE floats number_at(numbers codes, const int j, const code_meaning *meaning, const int kind) {
  (void)kind;
  ints index = _mm256_srli_epi32(codes, 8 * j);
  ints half = _mm256_slli_epi32(codes, 28 - 8 * j);
  return _mm256_blendv_ps(
      _mm256_permutevar8x32_ps(meaning->low, index), _mm256_permutevar8x32_ps(meaning->high, index),
      _mm256_castsi256_ps(half));
}

INLINE floats large_number_at(numbers found, const int j, const code_meaning *meaning, const int kind) {
  return number_at(found, j, meaning, kind);
}
