#include "affine_kernels.h"

// One row at a time: the largest magnitude, codes, their sums. `largest_bits` and `encode` are what an
// instruction set brings.

enum { NOT_FINITE = 0x7f800000 };

static inline float scale_of(uint32_t bits, float smallest) {
  float largest;
  __builtin_memcpy(&largest, &bits, sizeof largest);
  float scale = largest / 127;
  return scale > smallest ? scale : smallest;
}

/// Magnitudes order as their bits do, and what is not finite lies above all that is.
static inline uint32_t largest_of(const float *values, size_t count, uint32_t largest) {
  for (size_t i = 0; i < count; ++i) {
    uint32_t bits;
    __builtin_memcpy(&bits, values + i, sizeof bits);
    bits &= 0x7fffffff;
    largest = bits > largest ? bits : largest;
  }
  return largest;
}

static inline int32_t encode_some(const float *values, size_t count, float inverse, int8_t *codes) {
  int32_t total = 0;
  for (size_t i = 0; i < count; ++i) {
    int32_t code = (int32_t)__builtin_rintf(values[i] * inverse);
    code = code > 127 ? 127 : code < -127 ? -127 : code;
    codes[i] = (int8_t)code;
    total += code;
  }
  return total;
}

#define SLICES_BODY(largest_bits, encode)                                                     \
  uint32_t all = 0;                                                                           \
  float scale = 1, inverse = 1;                                                               \
  if (a->one_scale) {                                                                         \
    all = largest_bits(a->values, a->ends[a->slices - 1], 0);                                 \
    a->is_finite = all < NOT_FINITE;                                                          \
    if (!a->is_finite) return;                                                                \
    a->scale[0] = scale = scale_of(all, a->smallest);                                         \
    inverse = 1 / scale;                                                                      \
  }                                                                                           \
  int8_t *codes = a->codes;                                                                   \
  for (size_t s = 0, start = 0; s < a->slices; start = a->ends[s++]) {                        \
    size_t count = a->ends[s] - start, padded = 4 * (size_t)a->slice_quads[s];                \
    if (!a->one_scale) {                                                                      \
      uint32_t largest = largest_bits(a->values + start, count, 0);                           \
      all = largest > all ? largest : all;                                                    \
      if (largest >= NOT_FINITE) break;                                                       \
      a->scale[s] = scale = scale_of(largest, a->smallest);                                   \
      inverse = 1 / scale;                                                                    \
    }                                                                                         \
    a->total[s] = encode(a->values + start, count, inverse, codes);                           \
    for (size_t i = count; i < padded; ++i) codes[i] = 0;                                     \
    codes += padded;                                                                          \
  }                                                                                           \
  a->is_finite = all < NOT_FINITE;
