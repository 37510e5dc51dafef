// Codes of 4 bits that stand for the values of a table: the bytes of 16 floats fill four vectors.

#define HAS_ZEROS 0
#define NUMBER_FACTOR 1.0f

typedef uint8x16x4_t code_meaning;
typedef ints numbers;

INLINE code_meaning meaning_of(const aq_matmul_codes_args *t, const int kind) {
  (void)kind;
  return vld1q_u8_x4((const uint8_t *)t->table);
}
INLINE numbers numbers_of(ints codes, const code_meaning *meaning, const int kind) {
  (void)meaning, (void)kind;
  return codes;
}
INLINE floats number_at(numbers codes, const int j, const code_meaning *meaning, const int kind) {
  (void)kind;
  const uint8_t a = (uint8_t)j, b = a + 4, c = a + 8, d = a + 12;
  const uint8x16_t code = {a, a, a, a, b, b, b, b, c, c, c, c, d, d, d, d};
  const uint8x16_t byte = {0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3};
  uint8x16_t codes_of_lanes = vqtbl1q_u8(vreinterpretq_u8_s32(codes), code);
  return vreinterpretq_f32_u8(vqtbl4q_u8(*meaning, vsliq_n_u8(byte, codes_of_lanes, 2)));
}

INLINE floats large_number_at(numbers found, const int j, const code_meaning *meaning, const int kind) {
  return number_at(found, j, meaning, kind);
}
