#include "affine_kernels.h"

// (code - zero_point) * scale + bias, three roundings at most: a compiler must not fuse them.
#pragma STDC FP_CONTRACT OFF

static inline __attribute__((always_inline)) float dequantize_one(
    const aq_dequantize_args *a, size_t run, int code) {
  float value = ((float)code - a->zero_point[run]) * a->scale[run];
  return a->bias ? value + a->bias[run] : value;
}

/// The code of a column: bytes or nibbles, in two's complement or not.
static inline __attribute__((always_inline)) int code_at(
    const uint8_t *codes, size_t column, const int bits, const bool is_signed) {
  if (bits == 8) return is_signed ? (int8_t)codes[column] : codes[column];
  int code = codes[column / 2] >> (column % 2 * 4) & 15;
  return is_signed ? (code ^ 8) - 8 : code;
}

static inline __attribute__((always_inline)) void dequantize_body(
    const aq_dequantize_args *a, const int bits, const bool is_signed) {
  size_t c = 0;
  for (size_t r = 0; r < a->runs; ++r)
    for (; c < a->ends[r]; ++c)
      a->values[c] = dequantize_one(a, r, code_at(a->codes, c, bits, is_signed));
}
