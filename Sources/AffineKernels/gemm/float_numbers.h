// Numbers that are floats as soon as codes are taken apart, a vector for each byte of four. Include it where
// `code_meaning` is known.

#define HAS_ZEROS 0
#define NUMBER_FACTOR 1.0f

typedef struct {
  floats value[4];
} numbers;

INLINE floats number_at(numbers found, const int j, const code_meaning *meaning, const int kind) {
  (void)meaning, (void)kind;
  return found.value[j];
}

INLINE floats large_number_at(numbers found, const int j, const code_meaning *meaning, const int kind) {
  return number_at(found, j, meaning, kind);
}
