#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)

#include "vectors_512.h"

#include "few_bits.h"

void aq_matmul_i8_amx(void *args);

INLINE void few_bits(const aq_matmul_i8_args *t, const int kind) {
  expand(t, t->rhs, t->groups, kind);
  aq_matmul_i8_args bytes = *t;
  bytes.rhs = t->scratch;
  aq_matmul_i8_amx(&bytes);
}

FEW_BITS_KERNELS(amx)

#pragma clang attribute pop
#endif
