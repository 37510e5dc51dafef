#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma"))), apply_to = function)

#include "vectors_512.h"

enum { ROWS = 1, LHS_BYTES = 4 };

#include "dot_avx512vnni.h"
#include "add_dot_products.h"
#include "few_bits.h"
#include "matmul_row_body.h"

ROW_KERNEL(i8, avx512vnni, WHOLE_BYTES)
ROW_KERNEL(i4, avx512vnni, HALF_BYTES)

#pragma clang attribute pop
#endif
