#include "affine_kernels.h"

#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#define MOST_ROWS 8

#include "vectors_128.h"

enum { NIBBLES = 1 };

#include "matmul_dot_body.h"

void aq_matmul_i4_neondot(void *args) { panels_from(args, NULL); }

#pragma clang attribute pop
#endif
