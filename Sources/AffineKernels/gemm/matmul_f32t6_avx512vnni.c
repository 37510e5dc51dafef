#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)

#include "vectors_512.h"

enum { ROWS = 6 };

#define SQUEEZED
#define BITS_OF(kind) 6
#include "table6_512.h"
#include "squeezed.h"
#include "matmul_codes_body.h"

void aq_matmul_f32t6_avx512vnni(void *args) {
  const aq_matmul_codes_args *t = args;
  if (t->exponent_bits == E2M3) rows_of_kind(t, E2M3);
  else rows_of_kind(t, E3M2);
}

#pragma clang attribute pop
#endif
