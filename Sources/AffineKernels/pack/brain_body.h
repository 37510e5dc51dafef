#include "affine_kernels.h"
#include "../inline.h"

// Included once for each instruction set: floats become bfloat16, in plain loops, which the compiler turns into
// vectors. Not the conversions of CPUs, of which some take subnormal values for zero.

enum { AHEAD = 16, LINE = 64 / sizeof(float) };

/// Rounds to nearest even; a NaN, which could carry into infinity, becomes a quiet one.
INLINE __attribute__((TARGET)) uint32_t brain_of(uint32_t bits) {
  uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  return (bits & 0x7fffffff) > 0x7f800000 ? bits >> 16 | 0x40 : rounded;
}

ENTRY_OF(round_bf16) {
  const aq_halves_args *a = args;
  const uint32_t *restrict floats = (const uint32_t *)a->floats;
  uint16_t *restrict halves = a->halves;
  for (size_t i = 0; i < a->count; ++i) halves[i] = (uint16_t)brain_of(floats[i]);
}

ENTRY_OF(columns_bf16) {
  const aq_pairs_args *a = args;
  const size_t lanes = a->lanes, padded = a->padded_lanes, count = a->count, stride = a->in_stride;
  const uint32_t *restrict in = (const uint32_t *)a->in;
  uint32_t *restrict out = a->out;
  for (size_t i = 0; i + 1 < count; i += 2, in += 2 * stride, out += padded) {
    const uint32_t *above = in + stride;
    // The same columns of rows to come, of which mostly no cache holds any: short pieces, on pages of their own.
    for (size_t lane = 0; lane < lanes; lane += LINE) {
      __builtin_prefetch(in + AHEAD * stride + lane);
      __builtin_prefetch(above + AHEAD * stride + lane);
    }
    for (size_t lane = 0; lane < lanes; ++lane) out[lane] = brain_of(in[lane]) | brain_of(above[lane]) << 16;
    for (size_t lane = lanes; lane < padded; ++lane) out[lane] = 0;
  }
  if (count % 2 == 0) return;
  for (size_t lane = 0; lane < padded; ++lane) out[lane] = lane < lanes ? brain_of(in[lane]) : 0;
}
