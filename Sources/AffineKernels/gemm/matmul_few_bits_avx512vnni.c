#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma"))), apply_to = function)

#include "vectors_512.h"

enum { ROWS = 6, LHS_BYTES = 4 * ROWS };

#include "dot_avx512vnni.h"
#include "few_bits_dot.h"

DOT_KERNELS(avx512vnni)

#pragma clang attribute pop
#endif
