#include "../inline.h"
#include "affine_kernels.h"

// One row at a time: the largest magnitude, codes, their sums. `largest_bits` and `encode` are what an
// instruction set brings.

enum { NOT_FINITE = 0x7f800000 };

static inline float scale_of(uint32_t bits, float smallest) {
  float largest;
  __builtin_memcpy(&largest, &bits, sizeof largest);
  float scale = largest / 127;
  return scale > smallest ? scale : smallest;
}

/// Magnitudes order as their bits do, and what is not finite lies above all that is.
static inline uint32_t largest_of(const float *values, size_t count, uint32_t largest) {
  for (size_t i = 0; i < count; ++i) {
    uint32_t bits;
    __builtin_memcpy(&bits, values + i, sizeof bits);
    bits &= 0x7fffffff;
    largest = bits > largest ? bits : largest;
  }
  return largest;
}

static inline int32_t encode_some(const float *values, size_t count, float inverse, int8_t *codes) {
  int32_t total = 0;
  for (size_t i = 0; i < count; ++i) {
    int32_t code = (int32_t)__builtin_rintf(values[i] * inverse);
    code = code > 127 ? 127 : code < -127 ? -127 : code;
    codes[i] = (int8_t)code;
    total += code;
  }
  return total;
}

/// The largest magnitude of values, as bits, or what came before.
typedef uint32_t largest_bits(const float *values, size_t count, uint32_t largest);
/// Codes that lie together; returns their sum.
typedef int32_t encode_part(const float *values, size_t count, float inverse, int8_t *codes);

/// Codes of a slice from the place of the padded row on, run after run; returns their sum.
INLINE int32_t encode_runs(
    const aq_slices_args *a, const float *values, size_t count, size_t padded, float inverse, size_t place,
    encode_part *encode) {
  int32_t total = 0;
  for (size_t done = 0, part; done < padded; done += part, place += part) {
    size_t within = place % a->run, room = a->run - within;
    part = padded - done < room ? padded - done : room;
    int8_t *codes = a->codes + place / a->run * a->run_stride + within;
    size_t present = done >= count ? 0 : count - done < part ? count - done : part;
    total += encode(values + done, present, inverse, codes);
    for (size_t i = present; i < part; ++i) codes[i] = 0;
  }
  return total;
}

INLINE void slices_body(aq_slices_args *a, largest_bits *largest_of_values, encode_part *encode) {
  uint32_t all = 0;
  float scale = 1, inverse = 1;
  if (a->one_scale) {
    all = largest_of_values(a->values, a->ends[a->slices - 1], 0);
    a->is_finite = all < NOT_FINITE;
    if (!a->is_finite) return;
    a->scale[0] = scale = scale_of(all, a->smallest);
    inverse = 1 / scale;
  }
  for (size_t s = 0, start = 0, place = 0; s < a->slices; start = a->ends[s++]) {
    size_t count = a->ends[s] - start, padded = 4 * (size_t)a->slice_quads[s];
    if (!a->one_scale) {
      uint32_t largest = largest_of_values(a->values + start, count, 0);
      all = largest > all ? largest : all;
      if (largest >= NOT_FINITE) break;
      a->scale[s] = scale = scale_of(largest, a->smallest);
      inverse = 1 / scale;
    }
    a->total[s] = encode_runs(a, a->values + start, count, padded, inverse, place, encode);
    place += padded;
  }
  a->is_finite = all < NOT_FINITE;
}
