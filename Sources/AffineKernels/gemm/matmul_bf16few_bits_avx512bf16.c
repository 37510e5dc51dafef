#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512bf16,fma"))), apply_to = function)

#include "bf16few_bits_512.h"

PAIR_KERNELS_OF_1_TO_3(avx512bf16, pairs_of_kind)

#pragma clang attribute pop
#endif
