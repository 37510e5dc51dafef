#include "affine_kernels.h"
#include "../inline.h"

// (code - zero_point) * scale + bias, three roundings at most: a compiler must not fuse them.
#pragma STDC FP_CONTRACT OFF

INLINE float dequantize_one(
    const aq_dequantize_args *a, size_t run, int code) {
  float value = ((float)code - a->zero_point[run]) * a->scale[run];
  return a->bias ? value + a->bias[run] : value;
}

/// The code of a column: bytes or nibbles, in two's complement or not.
INLINE int code_at(
    const uint8_t *codes, size_t column, const int bits, const bool is_signed) {
  if (bits == 8) return is_signed ? (int8_t)codes[column] : codes[column];
  int code = codes[column / 2] >> (column % 2 * 4) & 15;
  return is_signed ? (code ^ 8) - 8 : code;
}

/// `count` codes of a run, the first of which starts a byte; what stores may alias is read once.
INLINE void dequantize_run(
    const uint8_t *codes, size_t count, const float scale, const float zero, const float bias,
    const bool has_bias, float *values, const int bits, const bool is_signed) {
#define VALUE(code) \
  (has_bias ? ((float)(code) - zero) * scale + bias : ((float)(code) - zero) * scale)
  if (bits == 4) {
    for (size_t pair = 0; pair < count / 2; ++pair) {
      values[2 * pair] = VALUE(code_at(codes + pair, 0, 4, is_signed));
      values[2 * pair + 1] = VALUE(code_at(codes + pair, 1, 4, is_signed));
    }
    if (count % 2 == 1) values[count - 1] = VALUE(code_at(codes, count - 1, 4, is_signed));
  } else {
    for (size_t c = 0; c < count; ++c) values[c] = VALUE(code_at(codes, c, 8, is_signed));
  }
#undef VALUE
}

/// The plain loops, for the compiler to vectorize.
INLINE void dequantize_body(
    const aq_dequantize_args *a, const int bits, const bool is_signed) {
  size_t c = 0;
  for (size_t r = 0; r < a->runs; ++r) {
    size_t end = a->ends[r];
    if (bits == 4 && c % 2 == 1 && c < end) {
      a->values[c] = dequantize_one(a, r, code_at(a->codes, c, bits, is_signed));
      ++c;
    }
    const uint8_t *codes = a->codes + c * (size_t)bits / 8;
    float *values = a->values + c, scale = a->scale[r], zero = a->zero_point[r];
    if (a->bias) dequantize_run(codes, end - c, scale, zero, a->bias[r], true, values, bits, is_signed);
    else dequantize_run(codes, end - c, scale, zero, 0, false, values, bits, is_signed);
    c = end;
  }
}
