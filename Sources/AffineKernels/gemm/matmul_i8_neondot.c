#include "affine_kernels.h"

#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#define MOST_ROWS 8

#include "vectors_128.h"

enum { NIBBLES = 0 };

#include "matmul_dot_body.h"

KERNEL_OF_PANELS(aq_matmul_i8_neondot)

#pragma clang attribute pop
#endif
