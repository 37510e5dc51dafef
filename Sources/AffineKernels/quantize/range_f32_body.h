#include "affine_kernels.h"

/// The plain loop, for the compiler to vectorize.
static inline __attribute__((always_inline)) void range_f32_body(aq_range_args *a) {
  size_t start = 0;
  bool finite = true;
  for (size_t r = 0; r < a->runs; ++r) {
    float low = __builtin_inff(), high = -__builtin_inff();
    for (size_t c = start; c < a->ends[r]; ++c) {
      float v = a->values[c];
      low = v < low ? v : low;
      high = v > high ? v : high;
      finite &= v - v == 0;
    }
    a->minimum[r] = low;
    a->maximum[r] = high;
    start = a->ends[r];
  }
  a->is_finite = finite;
}
