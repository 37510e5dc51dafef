#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)

#include "vectors_512.h"

enum { ROWS = 6 };

#include "f32few_bits_kernels.h"

FLOAT_KERNELS(avx512vnni)

#pragma clang attribute pop
#endif
