#include "range_f32_body.h"

#if defined(__aarch64__)
void aq_range_f32_neon(void *args) { range_f32_body(args); }

void aq_quantize_i8_neon(void *args) {
  const aq_quantize_args *a = args;
  size_t c = 0;
  for (size_t r = 0; r < a->runs; ++r) {
    for (; c < a->ends[r]; ++c) {
      float code = __builtin_rintf(a->values[c] * a->inverse[r]) + a->zero_point[r];
      code = code < a->low ? a->low : code > a->high ? a->high : code;
      a->codes[c] = (uint8_t)(int32_t)code;
    }
  }
}
#endif
