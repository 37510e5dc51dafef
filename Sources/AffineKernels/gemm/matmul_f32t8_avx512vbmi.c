#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma,avx512vbmi"))), apply_to = function)

#include "vectors_512.h"

enum { ROWS = 6, NIBBLES = 0 };

#include "table8_512.h"
#include "matmul_codes_body.h"

void aq_matmul_f32t8_avx512vbmi(void *args) {
  switch (kind_of(args)) {
    case SIGNED: rows_of_kind(args, SIGNED); break;
    case LOOKED_UP: rows_of_kind(args, LOOKED_UP); break;
    default: rows_of_kind(args, GATHERED); break;
  }
}

#pragma clang attribute pop
#endif
