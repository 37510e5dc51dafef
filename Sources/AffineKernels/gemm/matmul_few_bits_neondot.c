#include "affine_kernels.h"

#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#include "vectors_128.h"

enum { ROWS = 8, LHS_BYTES = 4 * ROWS };

#include "dot_neondot.h"
#include "few_bits_dot.h"

DOT_KERNELS(neondot)

#pragma clang attribute pop
#endif
