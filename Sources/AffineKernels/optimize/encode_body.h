#include "adamw_dynamic8_body.h"

/// The nearest e4m3 number, ties to even, of a number that is not above 448 by more than a rounding.
static inline __attribute__((always_inline)) uint8_t float8_of(float x) {
  const uint32_t smallest = 121 << 23;  // 2^-6: below it numbers lie 2^-9 apart
  uint32_t bits = bits_of(x), magnitude = bits & 0x7fffffff;
  // In the binade of 2^14 floats lie 2^-9 apart: their last bits are the number of such steps.
  uint32_t small = bits_of(float_of(magnitude) + 0x1p14f) & 15;
  uint32_t large = ((magnitude + 0x7ffff + (magnitude >> 20 & 1)) >> 20) - (120 << 3);
  uint32_t code = magnitude < smallest ? small : large > 0x7e ? 0x7e : large;
  return (uint8_t)((bits >> 24 & 0x80) | code);
}

static inline __attribute__((always_inline)) uint8_t code16_of(const float *thresholds, float x) {
  int32_t code = 0;
  for (int i = 1; i < 16; ++i) code += thresholds[i] <= x;
  return (uint8_t)code;
}

/// The plain loops, for the compiler to vectorize.
static inline __attribute__((always_inline)) void encode_body(const aq_encode_args *a) {
  size_t start = 0;
  for (size_t r = 0; r < a->runs; ++r) {
    const float *restrict values = a->values + start;
    uint8_t *restrict codes = a->codes + start;
    size_t count = a->ends[r] - start;
    start = a->ends[r];
    uint32_t largest = 0;
    for (size_t i = 0; i < count; ++i) {
      uint32_t magnitude = bits_of(values[i]) & 0x7fffffff;
      largest = magnitude > largest ? magnitude : largest;
    }
    float quotient = float_of(largest) / a->top;
    float scale = 1 / quotient == __builtin_inff() ? 0x1p-126f : quotient;
    if (largest == 0) scale = a->zero_scale;
    a->scales[r] = scale;
    if (scale == 0) {
      for (size_t i = 0; i < count; ++i) codes[i] = 0;
      continue;
    }
    const float top = a->top;
    switch (a->rule) {
      case AQ_STEPS:
        for (size_t i = 0; i < count; ++i) {
          float steps = __builtin_rintf(values[i] / scale);
          steps = steps < -top ? -top : steps > top ? top : steps;
          codes[i] = (uint8_t)(int32_t)steps;
        }
        break;
      case AQ_FLOAT8:
        for (size_t i = 0; i < count; ++i) codes[i] = float8_of(values[i] / scale);
        break;
      case AQ_MAP_16: {
        float thresholds[16];
        __builtin_memcpy(thresholds, a->thresholds, sizeof thresholds);
        for (size_t i = 0; i < count; ++i) codes[i] = code16_of(thresholds, values[i] / scale);
        break;
      }
      case AQ_MAP_256:
        for (size_t i = 0; i < count; ++i) codes[i] = code_of(&a->map, values[i] / scale);
        break;
    }
  }
}
