#include "affine_kernels.h"

// table[code] * scale + bias, two roundings at most: a compiler must not fuse them.
#pragma STDC FP_CONTRACT OFF

static inline __attribute__((always_inline)) float lookup_one(const aq_lookup_args *a, size_t run, size_t c) {
  float value = a->table[a->codes[c]] * a->scale[run];
  return a->bias ? value + a->bias[run] : value;
}
