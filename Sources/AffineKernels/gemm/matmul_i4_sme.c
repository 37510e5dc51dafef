#include "affine_kernels.h"

#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("sme,i8mm"))), apply_to = function)

enum { NIBBLES = 1 };

// Low halves are the lanes of the first vector, high halves those of the second.
#define LOAD_RIGHT                        \
  "ldr z3, [%[rhs]]\n"                    \
  "addvl %[rhs], %[rhs], #1\n"            \
  "lsl z2.b, z3.b, #4\n"                  \
  "lsr z3.b, z3.b, #4\n"                  \
  "lsr z2.b, z2.b, #4\n"

#include "matmul_sme_body.h"

void aq_matmul_i4_sme(void *args) { sme_panels(args); }

#pragma clang attribute pop
#endif
