// Codes of a byte, or of 6 bits, that stand for the values of a table. Small floats become binary16, whose conversion
// the CPU has; else floats are loaded one by one.

#define HAS_ZEROS 0
#define NUMBER_FACTOR 1.0f

enum { LOADED = 0, E2M3 = 2, E3M2 = 3, E4M3 = 4, E5M2 = 5 };

typedef const float *code_meaning;
typedef ints numbers;

INLINE int kind_of(const aq_matmul_codes_args *t) { return (int)t->exponent_bits; }

INLINE code_meaning meaning_of(const aq_matmul_codes_args *t, const int kind) {
  (void)kind;
  return t->table;
}
INLINE numbers numbers_of(ints codes, const code_meaning *meaning, const int kind) {
  (void)meaning, (void)kind;
  return codes;
}
/// Bytes at the top of 16 bits to binary16: E5M2 is its upper half; E4M3 one bit to the right is 2^-8 of the
/// value, and its NaN wants all bits of the exponent. Floats of 6 bits have no NaN, and lie two bits lower; they are
/// 2^-14 and 2^-12 of the value.
INLINE floats number_at(numbers codes, const int j, const code_meaning *meaning, const int kind) {
  uint8x16_t bytes = vreinterpretq_u8_s32(codes);
  if (kind == LOADED) {
    const float *table = *meaning;
    uint32x4_t index = vandq_u32(vshlq_u32(vreinterpretq_u32_s32(codes), vdupq_n_s32(-8 * j)), vdupq_n_u32(255));
    return (floats){table[index[0]], table[index[1]], table[index[2]], table[index[3]]};
  }
  const uint8_t none = 255, a = (uint8_t)j;
  const uint8x8_t place = {none, a, none, a + 4, none, a + 8, none, a + 12};
  uint16x4_t top = vreinterpret_u16_u8(vqtbl1_u8(bytes, place));
  if (kind == E5M2) return vcvt_f32_f16(vreinterpret_f16_u16(top));
  if (kind == E2M3 || kind == E3M2) {
    int16x4_t signs = vreinterpret_s16_u16(vshl_n_u16(top, 2));
    int16x4_t bits = kind == E2M3 ? vand_s16(vshr_n_s16(signs, 3), vdup_n_s16((int16_t)0x8f80))
                                  : vand_s16(vshr_n_s16(signs, 2), vdup_n_s16((int16_t)0x9f00));
    return vmulq_n_f32(vcvt_f32_f16(vreinterpret_f16_s16(bits)), kind == E2M3 ? 0x1p14f : 0x1p12f);
  }
  const uint16x4_t all = vdup_n_u16(0x7f00);
  uint16x4_t is_nan = vceq_u16(vand_u16(top, all), all);
  uint16x4_t half = vreinterpret_u16_s16(vshr_n_s16(vreinterpret_s16_u16(top), 1));
  half = vorr_u16(vand_u16(half, vdup_n_u16(0xbf80)), vshr_n_u16(is_nan, 1));
  return vmulq_n_f32(vcvt_f32_f16(vreinterpret_f16_u16(half)), 256);
}

INLINE floats large_number_at(numbers found, const int j, const code_meaning *meaning, const int kind) {
  return number_at(found, j, meaning, kind);
}
