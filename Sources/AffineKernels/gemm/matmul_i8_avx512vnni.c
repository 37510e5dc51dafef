#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma"))), apply_to = function)

#include "vectors_512.h"

enum { NIBBLES = 0 };

#include "dot_avx512vnni.h"
#include "matmul_vnni_body.h"

KERNEL_OF_PANELS(aq_matmul_i8_avx512vnni)

#pragma clang attribute pop
#endif
