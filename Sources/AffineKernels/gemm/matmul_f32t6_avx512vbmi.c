#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,fma"))), apply_to = function)

#include "vectors_512.h"

enum { ROWS = 6 };

#define SQUEEZED
#define BITS_OF(kind) 6
#include "table8_512.h"
#include "squeezed.h"
#include "matmul_codes_body.h"

void aq_matmul_f32t6_avx512vbmi(void *args) { rows_of_kind(args, OF_64); }

#pragma clang attribute pop
#endif
