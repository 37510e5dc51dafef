#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "vectors_256.h"

enum { ROWS = 6, NIBBLES = 0 };

#include "table8_256.h"
#include "matmul_codes_body.h"

void aq_matmul_f32t8_avx2(void *args) {
  switch (kind_of(args)) {
    case E4M3: rows_of_kind(args, E4M3); break;
    case E5M2: rows_of_kind(args, E5M2); break;
    default: rows_of_kind(args, GATHERED); break;
  }
}

#pragma clang attribute pop
#endif
