#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "vectors_256.h"

enum { ROWS = 6 };

#define SQUEEZED
#define BITS_OF(kind) 6
#include "table8_256.h"
#include "squeezed.h"
#include "matmul_codes_body.h"

void aq_matmul_f32t6_avx2(void *args) {
  if (kind_of(args) == E2M3) rows_of_kind(args, E2M3);
  else rows_of_kind(args, E3M2);
}

#pragma clang attribute pop
#endif
