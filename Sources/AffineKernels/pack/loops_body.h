#include "affine_kernels.h"

// Included once for each instruction set: plain loops, which the compiler turns into vectors.

ENTRY_OF(halve_4) {
  const aq_halve_args *a = args;
  // Copies, since bytes that are stored may alias anything.
  const size_t groups = a->groups, half = a->half;
  const uint8_t *in = a->in;
  uint8_t *out = a->out;
  for (size_t g = 0; g < groups; ++g, in += 2 * half, out += half)
    for (size_t b = 0; b < half; ++b) out[b] = (uint8_t)(in[b] | in[half + b] << 4);
}

ENTRY_OF(split_4) {
  const aq_split_args *a = args;
  const size_t groups = a->groups, half = a->half;
  const uint8_t *in = a->in;
  uint8_t *out = a->out;
  for (size_t g = 0; g < groups; ++g, in += half, out += 2 * half)
    for (size_t b = 0; b < half; ++b) {
      out[b] = in[b] & 15;
      out[half + b] = in[b] >> 4;
    }
}

ENTRY_OF(columns_32) {
  const aq_columns_args *a = args;
  const size_t lanes = a->lanes, padded = a->padded_lanes, count = a->count, stride = a->in_stride;
  const uint32_t *in = a->in;
  uint32_t *out = a->out;
  for (size_t i = 0; i < count; ++i, in += stride, out += padded) {
    // Whole panels as vectors, which a count that is not known would not be.
    if (lanes != padded) {
      for (size_t lane = 0; lane < padded; ++lane) out[lane] = lane < lanes ? in[lane] : 0;
    } else if (lanes == 32) {
      __builtin_memcpy(out, in, 32 * sizeof *out);
    } else if (lanes == 8) {
      __builtin_memcpy(out, in, 8 * sizeof *out);
    } else if (lanes == 6) {
      __builtin_memcpy(out, in, 6 * sizeof *out);
    } else {
      for (size_t lane = 0; lane < lanes; ++lane) out[lane] = in[lane];
    }
  }
}
