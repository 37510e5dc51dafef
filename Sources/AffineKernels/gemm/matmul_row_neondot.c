#include "affine_kernels.h"

#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#include "vectors_128.h"

enum { ROWS = 1, LHS_BYTES = 4 };

#include "dot_neondot.h"
#include "add_dot_products.h"
#include "few_bits.h"
#include "matmul_row_body.h"

ROW_KERNEL(i4, neondot, HALF_BYTES)

#pragma clang attribute pop
#endif
