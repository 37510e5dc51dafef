#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,fma"))), apply_to = function)

#define MOST_ROWS 8
#include "vectors_512.h"
#include "pairs_512.h"

enum { ROWS = MOST_ROWS };

#include "matmul_bf16_body.h"

void aq_matmul_bf16_avx512bf16(void *args) { all_panels(args); }

#pragma clang attribute pop
#endif
