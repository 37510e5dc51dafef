// Of 5 to 7 bits, apart from fewer: a compiler takes seconds for each.

#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512bf16,fma"))), apply_to = function)

#include "bf16few_bits_512.h"

PAIR_KERNELS_OF_5_TO_7(avx512bf16, pairs_of_kind)

// Look-ups see the values of a table as they see numbers.
void aq_matmul_bf16t6_avx512bf16(void *args) { pairs_of_kind(args, 6); }

#pragma clang attribute pop
#endif
