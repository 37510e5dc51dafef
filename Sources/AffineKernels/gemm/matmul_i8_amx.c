#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("amx-tile,amx-int8,avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)

enum { NIBBLES = 0 };
#include "matmul_amx_body.h"

void aq_matmul_i8_amx(void *args) { amx_panels(args); }

#pragma clang attribute pop
#endif
