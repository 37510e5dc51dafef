#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avxvnni"))), apply_to = function)

#include "vectors_256.h"

enum { ROWS = 1, LHS_BYTES = 4 };

#include "dot_avxvnni.h"
#include "add_dot_products.h"
#include "few_bits.h"
#include "matmul_row_body.h"

ROW_KERNEL(i8, avxvnni, WHOLE_BYTES)
ROW_KERNEL(i4, avxvnni, HALF_BYTES)

#pragma clang attribute pop
#endif
