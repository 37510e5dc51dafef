#include "adamw_dynamic8_body.h"

/// The nearest e4m3 number, ties to even, of a number that is not above 448 by more than a rounding.
INLINE uint8_t float8_of(float x) {
  const uint32_t smallest = 121 << 23;  // 2^-6: below it numbers lie 2^-9 apart
  uint32_t bits = bits_of(x), magnitude = bits & 0x7fffffff;
  // In the binade of 2^14 floats lie 2^-9 apart: their last bits are the number of such steps.
  uint32_t small = bits_of(float_of(magnitude) + 0x1p14f) & 15;
  uint32_t large = ((magnitude + 0x7ffff + (magnitude >> 20 & 1)) >> 20) - (120 << 3);
  uint32_t code = magnitude < smallest ? small : large > 0x7e ? 0x7e : large;
  return (uint8_t)((bits >> 24 & 0x80) | code);
}

INLINE uint8_t code16_of(const float *thresholds, float x) {
  int32_t code = 0;
  for (int i = 1; i < 16; ++i) code += thresholds[i] <= x;
  return (uint8_t)code;
}

/// The e4m3 number of a root that is not above 448 by more than a rounding.
INLINE uint8_t float8_root_of(
    float root, float inverse, uint32_t random) {
  float x = root * inverse;
  // Below 2^-6 numbers lie 2^-9 apart.
  int32_t small = (int32_t)(x * 0x1p9f + ((float)(random >> 16) + 0.5f) * 0x1p-16f);
  int32_t large = (int32_t)(dithered(bits_of(x), random, 20) >> 20) - (120 << 3);
  return root_code(root, x < 0x1p-6f ? small : large, 0x7e);
}

/// The number of sixteenths of a root, less one.
INLINE uint8_t sixteenths_of(
    float root, float inverse, uint32_t random) {
  float sixteenths = root * inverse * 16 + ((float)(random >> 16) + 0.5f) * 0x1p-16f;
  int32_t code = (int32_t)sixteenths - 1;
  return (uint8_t)(code < 0 ? 0 : code > 15 ? 15 : code);
}

/// The plain loops, for the compiler to vectorize.
INLINE void encode_body(const aq_encode_args *a) {
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
    float peak = float_of(largest);
    if (a->rule >= AQ_ROOT_FLOAT8) peak = __builtin_elementwise_sqrt(peak);
    float quotient = peak / a->top;
    float scale = 1 / quotient == __builtin_inff() ? 0x1p-126f : quotient;
    if (largest == 0) scale = a->zero_scale;
    a->scales[r] = scale;
    if (scale == 0) {
      for (size_t i = 0; i < count; ++i) codes[i] = 0;
      continue;
    }
    const float top = a->top, inverse = 1 / scale;
    const uint32_t key = a->key + (uint32_t)(values - a->values) * AQ_WEYL;
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
      case AQ_ROOT_FLOAT8:
        for (size_t i = 0; i < count; ++i)
          codes[i] = float8_root_of(
              __builtin_elementwise_sqrt(values[i]), inverse, key + (uint32_t)i * AQ_WEYL);
        break;
      case AQ_ROOT_UFLOAT8:
        for (size_t i = 0; i < count; ++i)
          codes[i] = ufloat8_of(
              __builtin_elementwise_sqrt(values[i]), inverse, key + (uint32_t)i * AQ_WEYL);
        break;
      case AQ_ROOT_16:
        for (size_t i = 0; i < count; ++i)
          codes[i] = sixteenths_of(
              __builtin_elementwise_sqrt(values[i]), inverse, key + (uint32_t)i * AQ_WEYL);
        break;
    }
  }
}
