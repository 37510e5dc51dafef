#include "entries.h"

#if defined(__aarch64__)
ENTRIES(neon)

/// Random words one by one, since vectors have no 64-bit products; the rest many at once.
void aq_dropout_f32_neon(void *args) {
  enum { TOGETHER = 64 };
  const aq_dropout_args *a = args;
  const uint32_t threshold = a->threshold;
  const float factor = a->factor;
  for (size_t start = 0, count; start < a->count; start += count) {
    const float *in = a->in + start;
    float *out = a->out + start;
    uint32_t random[TOGETHER];
    count = a->count - start < TOGETHER ? a->count - start : TOGETHER;
    for (size_t i = 0; i < count; ++i)
      random[i] = (uint32_t)(mixed(a->start + 0x9e3779b97f4a7c15u * (start + i)) >> 40);
    for (size_t i = 0; i < count; ++i) {
      float scaled = in[i] * factor;
      out[i] = random[i] < threshold ? 0 : scaled;
    }
  }
}
#endif
