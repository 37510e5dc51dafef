#include "dither_body.h"

#if defined(__aarch64__)

// Vectors of 64-bit products are as slow as products one by one, so random bits are drawn one by one, and
// codes made of many at once.

enum { TOGETHER = 64 };

/// The upper bits of the random words of neighbouring elements.
static inline void draw(uint64_t key, uint64_t element, size_t count, int bits, uint32_t *random) {
  for (size_t i = 0; i < count; ++i) random[i] = (uint32_t)(random_word(key, element + i) >> (64 - bits));
}

/// At most `TOGETHER` columns, each with parameters of its own.
static inline void dither_part(
    const aq_dither_args *a, const float *values, size_t count, const float *inverse, const float *zero,
    uint64_t element, uint8_t *codes) {
  const float low = a->quantize.low, high = a->quantize.high;
  uint32_t random[TOGETHER];
  draw(a->key, element, count, 24, random);
  for (size_t i = 0; i < count; ++i) {
    float uniform = (float)(int32_t)random[i] * 0x1p-24f, steps = values[i] * inverse[i];
    float lower = __builtin_floorf(steps);
    float code = (uniform < steps - lower ? lower + 1 : lower) + zero[i];
    code = code < low ? low : code > high ? high : code;
    codes[i] = (uint8_t)(int32_t)code;
  }
}

static inline size_t part_of(size_t count) { return count < TOGETHER ? count : TOGETHER; }

static void dither_row(const aq_dither_args *a, size_t row) {
  const aq_quantize_args *q = &a->quantize;
  const float *values = q->values + row * q->stride;
  uint8_t *codes = q->codes + row * q->codes_stride;
  uint64_t element = a->first + row * a->elements_stride;
  size_t run = row * q->parameters_stride, c = 0;
  for (size_t count; !q->ends && c < q->runs; c += count) {
    count = part_of(q->runs - c);
    dither_part(
        a, values + c, count, q->inverse + run + c, q->zero_point + run + c, element + c, codes + c);
  }
  for (size_t r = 0; q->ends && r < q->runs; ++r) {
    float inverse[TOGETHER], zero[TOGETHER];
    for (size_t i = 0; i < part_of(q->ends[r] - c); ++i)
      inverse[i] = q->inverse[run + r], zero[i] = q->zero_point[run + r];
    for (size_t count; c < q->ends[r]; c += count) {
      count = part_of(q->ends[r] - c);
      dither_part(a, values + c, count, inverse, zero, element + c, codes + c);
    }
  }
}

void aq_dither_i8_neon(void *args) {
  const aq_dither_args *a = args;
  for (size_t row = 0; row < a->quantize.rows; ++row) dither_row(a, row);
}

void aq_dither_bf16_neon(void *args) {
  const aq_dither_bf16_args *a = args;
  for (size_t start = 0, count; start < a->count; start += count) {
    const float *values = a->values + start;
    uint16_t *rounded = a->rounded + start;
    uint32_t random[TOGETHER];
    count = part_of(a->count - start);
    draw(a->key, a->first + start, count, 16, random);
    for (size_t i = 0; i < count; ++i) {
      uint32_t bits;
      __builtin_memcpy(&bits, values + i, sizeof bits);
      uint32_t number = bits + random[i], quiet = bits | 0x400000;
      rounded[i] = (uint16_t)((values[i] != values[i] ? quiet : number) >> 16);
    }
  }
}
#endif
