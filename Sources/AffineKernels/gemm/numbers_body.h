// Codes that are numbers, less an offset that all have.

#define HAS_ZEROS 1
#define NUMBER_FACTOR CODE_FACTOR

typedef code_offset code_meaning;
typedef ints numbers;

INLINE code_meaning meaning_of(const aq_matmul_codes_args *t, const int kind) {
  (void)kind;
  return offset_of(t->offset);
}
INLINE numbers numbers_of(ints codes, const code_meaning *meaning, const int kind) {
  (void)kind;
  return less_offset(codes, *meaning);
}
INLINE floats number_at(numbers codes, const int j, const code_meaning *meaning, const int kind) {
  (void)kind;
  return code_at(codes, j, *meaning);
}
INLINE floats large_number_at(numbers codes, const int j, const code_meaning *meaning, const int kind) {
  (void)kind;
  return large_code_at(codes, j, *meaning);
}
