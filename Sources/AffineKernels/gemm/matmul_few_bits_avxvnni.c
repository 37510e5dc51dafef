#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avxvnni"))), apply_to = function)

#include "vectors_256.h"

enum { ROWS = 6, LHS_BYTES = 4 * ROWS };

#include "dot_avxvnni.h"
#include "few_bits_dot.h"

DOT_KERNELS(avxvnni)

#pragma clang attribute pop
#endif
