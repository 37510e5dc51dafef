#include "functions.h"

// The end of a product, a row of a block at a time.

enum { FINISHED_TOGETHER = 64 };

INLINE uint16_t brain_half(float x) {
  uint32_t bits = bits_of(x);
  uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  return (uint16_t)(x != x ? bits >> 16 | 0x40 : rounded);
}

INLINE void activate(float *restrict x, size_t count, int32_t activation) {
  switch (activation) {
    case AQ_RELU:
      for (size_t i = 0; i < count; ++i) x[i] = x[i] < 0 ? 0 : x[i];
      break;
    case AQ_GELU:
      for (size_t i = 0; i < count; ++i) x[i] = gelu(x[i]);
      break;
    case AQ_SILU:
      for (size_t i = 0; i < count; ++i) x[i] = silu(x[i]);
      break;
    default: break;
  }
}

INLINE void finish_body(const aq_finish_args *a) {
  float x[FINISHED_TOGETHER];
  for (size_t row = 0; row < a->rows; ++row) {
    for (size_t first = 0; first < a->columns; first += FINISHED_TOGETHER) {
      size_t count = a->columns - first < FINISHED_TOGETHER ? a->columns - first : FINISHED_TOGETHER;
      const float *sums = a->sums + row * a->stride + first;
      if (a->bias)
        for (size_t i = 0; i < count; ++i) x[i] = sums[i] + a->bias[first + i];
      else
        for (size_t i = 0; i < count; ++i) x[i] = sums[i];
      activate(x, count, a->activation);
      size_t place = row * a->out_stride + first;
      if (a->form == AQ_FLOATS) {
        float *out = (float *)a->out + place;
        for (size_t i = 0; i < count; ++i) out[i] = x[i];
      } else if (a->form == AQ_HALVES) {
        _Float16 *out = (_Float16 *)a->out + place;
        for (size_t i = 0; i < count; ++i) out[i] = (_Float16)x[i];
      } else {
        uint16_t *out = (uint16_t *)a->out + place;
        for (size_t i = 0; i < count; ++i) out[i] = brain_half(x[i]);
      }
    }
  }
}
