#include "affine_kernels.h"
#include "../inline.h"

#pragma STDC FP_CONTRACT OFF

// Rounding at random. The definition is Rounding in Swift: the output of SplitMix64 at a counter.

#define AQ_GOLDEN 0x9e3779b97f4a7c15u
#define AQ_MIX_1 0xbf58476d1ce4e5b9u
#define AQ_MIX_2 0x94d049bb133111ebu

/// The 64 random bits of an element.
INLINE uint64_t random_word(uint64_t key, uint64_t element) {
  uint64_t word = key + AQ_GOLDEN * (element + 1);
  word = (word ^ (word >> 30)) * AQ_MIX_1;
  word = (word ^ (word >> 27)) * AQ_MIX_2;
  return word ^ (word >> 31);
}

/// `run` is the place of the parameters.
INLINE uint8_t dither_one(
    const aq_dither_args *a, float value, size_t run, uint64_t element) {
  float uniform = (float)(int32_t)(random_word(a->key, element) >> 40) * 0x1p-24f;
  float steps = value * a->quantize.inverse[run];
  float lower = __builtin_floorf(steps);
  float code = (uniform < steps - lower ? lower + 1 : lower) + a->quantize.zero_point[run];
  float low = a->quantize.low, high = a->quantize.high;
  code = code < low ? low : code > high ? high : code;
  return (uint8_t)(int32_t)code;
}

INLINE void dither_body(const aq_dither_args *a) {
  const aq_quantize_args *q = &a->quantize;
  for (size_t i = 0; i < q->rows; ++i) {
    const float *values = q->values + i * q->stride;
    uint8_t *codes = q->codes + i * q->codes_stride;
    uint64_t first = a->first + i * a->elements_stride;
    size_t c = 0;
    for (size_t r = 0; r < q->runs; ++r) {
      size_t end = q->ends ? q->ends[r] : r + 1;
      for (; c < end; ++c)
        codes[c] = dither_one(a, values[c], i * q->parameters_stride + r, first + c);
    }
  }
}

INLINE uint16_t dither_bf16_one(
    float value, uint64_t key, uint64_t element) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  if (value != value) return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + (uint32_t)(random_word(key, element) >> 48)) >> 16);
}
