// Codes of 4 bits that stand for the values of a table: 16 floats fill a vector.

#define HAS_ZEROS 0
#define NUMBER_FACTOR 1.0f

typedef floats code_meaning;
typedef ints numbers;

INLINE code_meaning meaning_of(const aq_matmul_codes_args *t, const int kind) {
  (void)kind;
  return load_floats(t->table);
}
INLINE numbers numbers_of(ints codes, const code_meaning *meaning, const int kind) {
  (void)meaning, (void)kind;
  return codes;
}
/// The index of a lane is its low 4 bits, and no code has more.
INLINE floats number_at(numbers codes, const int j, const code_meaning *meaning, const int kind) {
  (void)kind;
  return _mm512_permutexvar_ps(_mm512_srli_epi32(codes, (unsigned)(8 * j)), *meaning);
}

INLINE floats large_number_at(numbers found, const int j, const code_meaning *meaning, const int kind) {
  return number_at(found, j, meaning, kind);
}
