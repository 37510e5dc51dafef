#include "affine_kernels.h"

#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("sme,i8mm"))), apply_to = function)

enum { NIBBLES = 0 };

#define LOAD_RIGHT                        \
  "ldr z2, [%[rhs]]\n"                    \
  "ldr z3, [%[rhs], #1, mul vl]\n"        \
  "addvl %[rhs], %[rhs], #2\n"

#include "matmul_sme_body.h"

void aq_matmul_i8_sme(void *args) { sme_panels(args); }

#pragma clang attribute pop
#endif
