#include <arm_neon.h>

#include "../inline.h"

// The operations of products on 128-bit vectors.

#define FEW_REGISTERS 0

enum { WIDTH = 4, VECTORS = 2, ABREAST = 2 };
typedef int32x4_t ints;
typedef float32x4_t floats;

INLINE ints load_ints(const void *p) { return vreinterpretq_s32_u8(vld1q_u8(p)); }
INLINE ints zero_ints(void) { return vdupq_n_s32(0); }
INLINE ints broadcast_int(const void *p) { return vld1q_dup_s32(p); }
INLINE ints add_ints(ints a, ints b) { return vaddq_s32(a, b); }
INLINE ints subtract_ints(ints a, ints b) { return vsubq_s32(a, b); }
INLINE ints multiply_ints(ints a, ints b) { return vmulq_s32(a, b); }
/// Products with negated numbers, which other instruction sets have of 16 bits alone.
INLINE ints short_negative(ints v) { return vnegq_s32(v); }
INLINE ints add_short_product(ints sum, ints negative, ints b) { return vmlaq_s32(sum, negative, b); }
INLINE floats to_floats(ints v) { return vcvtq_f32_s32(v); }
INLINE void store_ints(void *p, ints v) { vst1q_u8(p, vreinterpretq_u8_s32(v)); }
INLINE floats zero_floats(void) { return vdupq_n_f32(0); }
INLINE floats load_floats(const float *p) { return vld1q_f32(p); }
INLINE floats load_halves(const uint16_t *p) { return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p))); }
INLINE floats load_brain_halves(const uint16_t *p) {
  return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16));
}
/// Four bytes as numbers without sign.
INLINE uint16x4_t load_wide_bytes(const uint8_t *p) {
  uint32_t four;
  __builtin_memcpy(&four, p, sizeof four);
  return vreinterpret_u16_u8(vzip1_u8(vreinterpret_u8_u32(vdup_n_u32(four)), vdup_n_u8(0)));
}
INLINE ints load_bytes(const uint8_t *p) { return vreinterpretq_s32_u32(vmovl_u16(load_wide_bytes(p))); }
/// E4M3 is binary16 with fewer bits at both ends of the exponent and the mantissa: 2^8 times as large.
INLINE floats load_small_floats(const uint8_t *p) {
  uint16x4_t bytes = load_wide_bytes(p), sign = vshl_n_u16(vand_u16(bytes, vdup_n_u16(0x80)), 8);
  uint16x4_t bits = vorr_u16(sign, vshl_n_u16(vand_u16(bytes, vdup_n_u16(0x7f)), 7));
  return vmulq_n_f32(vcvt_f32_f16(vreinterpret_f16_u16(bits)), 256);
}
/// Entries of a table of 256, at places that follow each other.
INLINE floats load_entries(const float *table, const uint8_t *p) {
  float entries[4] = {table[p[0]], table[p[1]], table[p[2]], table[p[3]]};
  return vld1q_f32(entries);
}
/// An exponent of 0 is the subnormal 2^-127.
INLINE floats load_powers(const uint8_t *p) {
  uint32x4_t bits = vshlq_n_u32(vmovl_u16(load_wide_bytes(p)), 23);
  return vreinterpretq_f32_u32(vmaxq_u32(bits, vdupq_n_u32(1 << 22)));
}
INLINE floats broadcast_float(const float *p) { return vld1q_dup_f32(p); }
INLINE floats multiply(floats a, floats b) { return vmulq_f32(a, b); }
INLINE floats add_floats(floats a, floats b) { return vaddq_f32(a, b); }
INLINE floats subtract(floats a, floats b) { return vsubq_f32(a, b); }
INLINE floats add_product(floats a, floats b, floats sum) { return vfmaq_f32(sum, a, b); }
INLINE void store_floats(float *p, floats v) { vst1q_f32(p, v); }

/// Numbers of left rows, eight at most: one of them can be an operand of a product as it lies.
typedef struct {
  ints part[2];
} left_ints;
typedef struct {
  floats part[2];
} left_floats;

INLINE left_ints load_left_ints(const void *p, const int rows) {
  return (left_ints){{load_ints(p), rows > 4 ? load_ints((const uint8_t *)p + 16) : zero_ints()}};
}
INLINE ints left_int(left_ints left, int row) { return vdupq_n_s32(left.part[row / 4][row % 4]); }

/// As many floats as there are, and nothing behind them.
INLINE floats load_some(const float *p, const int count) {
  switch (count) {
    case 1: return vld1q_dup_f32(p);
    case 2: return vcombine_f32(vld1_f32(p), vdup_n_f32(0));
    case 3: return vld1q_lane_f32(p + 2, vcombine_f32(vld1_f32(p), vdup_n_f32(0)), 2);
    default: return vld1q_f32(p);
  }
}
INLINE left_floats load_left(const float *p, const int rows) {
  return (left_floats){{load_some(p, rows), rows > 4 ? load_some(p + 4, rows - 4) : zero_floats()}};
}
INLINE floats left_float(left_floats left, int row) { return vdupq_n_f32(left.part[row / 4][row % 4]); }

/// The codes of half bytes: low halves are the first 4 lanes of a quad, high halves the other 4.
INLINE void split_nibbles(const uint8_t *p, ints codes[VECTORS]) {
  uint8x16_t bytes = vld1q_u8(p);
  codes[0] = vreinterpretq_s32_u8(vandq_u8(bytes, vdupq_n_u8(15)));
  codes[1] = vreinterpretq_s32_u8(vshrq_n_u8(bytes, 4));
}

INLINE ints keep_bits(ints v, const int mask) {
  return vreinterpretq_s32_u8(vandq_u8(vreinterpretq_u8_s32(v), vdupq_n_u8((uint8_t)mask)));
}
INLINE ints shift_right(ints v, const int count) {
  return vreinterpretq_s32_u8(vshlq_u8(vreinterpretq_u8_s32(v), vdupq_n_s8((int8_t)-count)));
}
/// Of each byte the bits of `a` where `mask` has ones, and those of `b` elsewhere.
INLINE ints select_bits(const int mask, ints a, ints b) {
  return vreinterpretq_s32_u8(
      vbslq_u8(vdupq_n_u8((uint8_t)mask), vreinterpretq_u8_s32(a), vreinterpretq_u8_s32(b)));
}
/// Entries of a table of 16 bytes.
INLINE ints table_of_bytes(const uint8_t *table) { return load_ints(table); }
INLINE ints bytes_at(ints table, ints codes) {
  return vreinterpretq_s32_u8(vqtbl1q_u8(vreinterpretq_u8_s32(table), vreinterpretq_u8_s32(codes)));
}
/// The same of 64 entries, for codes of 6 bits.
INLINE ints bytes_of_64(const ints table[4], ints codes) {
  const uint8x16x4_t entries = {
      {vreinterpretq_u8_s32(table[0]), vreinterpretq_u8_s32(table[1]), vreinterpretq_u8_s32(table[2]),
       vreinterpretq_u8_s32(table[3])}};
  return vreinterpretq_s32_u8(vqtbl4q_u8(entries, vreinterpretq_u8_s32(codes)));
}

INLINE ints broadcast_byte(uint8_t value) { return vreinterpretq_s32_u8(vdupq_n_u8(value)); }

/// What is taken from codes, once they are floats.
typedef floats code_offset;
INLINE code_offset offset_of(uint8_t offset) { return vdupq_n_f32(0x1p23f + (float)offset); }
INLINE ints less_offset(ints codes, code_offset offset) {
  (void)offset;
  return codes;
}

/// Code `j` of every lane as a float. Conversions are slow: a byte below the pattern of 2^23 is the float of
/// 2^23 more, and both differences are exact.
#define CODE_FACTOR 1.0f
INLINE floats code_at(ints codes, const int j, code_offset offset) {
  const uint8_t code = (uint8_t)j, none = 255, top = 16;  // 16: the first byte behind the codes
  const uint8x16_t indices = {code,     none, none, top, code + 4,  none, none, top,
                              code + 8, none, none, top, code + 12, none, none, top};
  const uint8x16x2_t table = {{vreinterpretq_u8_s32(codes), vdupq_n_u8(0x4b)}};
  return vsubq_f32(vreinterpretq_f32_u8(vqtbl2q_u8(table, indices)), offset);
}
INLINE floats large_code_at(ints codes, const int j, code_offset offset) { return code_at(codes, j, offset); }
