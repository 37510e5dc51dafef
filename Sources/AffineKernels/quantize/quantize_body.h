#include "affine_kernels.h"

// The plain loops, for the compiler to vectorize.

static inline __attribute__((always_inline)) void join_range(
    float value, float *low, float *high, bool *finite) {
  *low = value < *low ? value : *low;
  *high = value > *high ? value : *high;
  *finite &= value - value == 0;
}

/// `run` is the place of the parameters.
static inline __attribute__((always_inline)) uint8_t quantize_one(
    const aq_quantize_args *a, float value, size_t run) {
  float code = __builtin_rintf(value * a->inverse[run]) + a->zero_point[run];
  code = code < a->low ? a->low : code > a->high ? a->high : code;
  return (uint8_t)(int32_t)code;
}

static inline __attribute__((always_inline)) void range_body(aq_range_args *a) {
  bool finite = true;
  for (size_t i = 0; i < a->rows; ++i) {
    const float *values = a->values + i * a->stride;
    size_t c = 0;
    for (size_t r = 0; r < a->runs; ++r) {
      size_t end = a->ends ? a->ends[r] : r + 1;
      size_t place = i * a->ranges_stride + r;
      float low = a->minimum[place], high = a->maximum[place];
      for (; c < end; ++c) join_range(values[c], &low, &high, &finite);
      a->minimum[place] = low;
      a->maximum[place] = high;
    }
  }
  a->is_finite = finite;
}

static inline __attribute__((always_inline)) void quantize_body(const aq_quantize_args *a) {
  for (size_t i = 0; i < a->rows; ++i) {
    const float *values = a->values + i * a->stride;
    uint8_t *codes = a->codes + i * a->codes_stride;
    size_t c = 0;
    for (size_t r = 0; r < a->runs; ++r) {
      size_t end = a->ends ? a->ends[r] : r + 1;
      for (; c < end; ++c) codes[c] = quantize_one(a, values[c], i * a->parameters_stride + r);
    }
  }
}
