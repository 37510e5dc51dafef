#include "affine_kernels.h"

// Included once for each instruction set: plain loops, which the compiler turns into vectors.

ENTRY_OF(halve_4) {
  const aq_halve_args *a = args;
  for (size_t g = 0; g < a->groups; ++g) {
    const uint8_t *in = a->in + 2 * a->half * g;
    uint8_t *out = a->out + a->half * g;
    for (size_t b = 0; b < a->half; ++b) out[b] = (uint8_t)(in[b] | in[a->half + b] << 4);
  }
}

ENTRY_OF(split_4) {
  const aq_split_args *a = args;
  for (size_t g = 0; g < a->groups; ++g) {
    const uint8_t *in = a->in + a->half * g;
    uint8_t *out = a->out + 2 * a->half * g;
    for (size_t b = 0; b < a->half; ++b) {
      out[b] = in[b] & 15;
      out[a->half + b] = in[b] >> 4;
    }
  }
}

ENTRY_OF(columns_32) {
  const aq_columns_args *a = args;
  const size_t lanes = a->lanes, padded = a->padded_lanes;
  for (size_t i = 0; i < a->count; ++i) {
    const uint32_t *in = a->in + i * a->in_stride;
    uint32_t *out = a->out + i * padded;
    if (lanes == 32 && padded == 32)
      for (size_t lane = 0; lane < 32; ++lane) out[lane] = in[lane];
    else if (lanes == 6 && padded == 6)
      for (size_t lane = 0; lane < 6; ++lane) out[lane] = in[lane];
    else
      for (size_t lane = 0; lane < padded; ++lane) out[lane] = lane < lanes ? in[lane] : 0;
  }
}
