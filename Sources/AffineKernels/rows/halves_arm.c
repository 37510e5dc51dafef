#include "affine_kernels.h"

// Floats of 16 bits and of 32; the conversions are part of the architecture.

#if defined(__aarch64__)
void aq_widen_f16_neon(void *args) {
  const aq_halves_args *a = args;
  const __fp16 *halves = (const __fp16 *)a->halves;
  for (size_t i = 0; i < a->count; ++i) a->floats[i] = (float)halves[i];
}

void aq_round_f16_neon(void *args) {
  const aq_halves_args *a = args;
  __fp16 *halves = (__fp16 *)a->halves;
  for (size_t i = 0; i < a->count; ++i) halves[i] = (__fp16)a->floats[i];
}
#endif
