#include "affine_kernels.h"

#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#define MOST_ROWS 8

#include "vectors_128.h"

enum { NIBBLES = 1 };

#include "matmul_dot_body.h"

/// One row, in matmul_few_bits_neondot.c.
void aq_matmul_i4_neondot_row(const aq_matmul_i8_args *t);
void aq_matmul_i4_neondot(void *args) {
  const aq_matmul_i8_args *t = args;
  if (t->rows == 1) aq_matmul_i4_neondot_row(t);
  else panels_from(t, NULL);
}

#pragma clang attribute pop
#endif
