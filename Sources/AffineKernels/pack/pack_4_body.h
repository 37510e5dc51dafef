#include "affine_kernels.h"

/// The plain loop, from a code on.
static inline __attribute__((always_inline)) void pack_4_body(const aq_pack_args *a, size_t code) {
  for (; code + 1 < a->count; code += 2)
    a->packed[code / 2] = (uint8_t)((a->codes[code] & 15) | a->codes[code + 1] << 4);
  if (code < a->count) a->packed[code / 2] = a->codes[code] & 15;
}
