#include "affine_kernels.h"
#include "../inline.h"

// table[code] * scale + bias, two roundings at most: a compiler must not fuse them.
#pragma STDC FP_CONTRACT OFF

INLINE float lookup_one(const aq_lookup_args *a, size_t run, size_t c) {
  float value = a->table[a->codes[c]] * a->scale[run];
  return a->bias ? value + a->bias[run] : value;
}
