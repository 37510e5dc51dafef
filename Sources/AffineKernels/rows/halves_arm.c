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

void aq_widen_bf16_neon(void *args) {
  const aq_halves_args *a = args;
  const uint16_t *restrict halves = a->halves;
  uint32_t *restrict floats = (uint32_t *)a->floats;
  for (size_t i = 0; i < a->count; ++i) floats[i] = (uint32_t)halves[i] << 16;
}
#endif
