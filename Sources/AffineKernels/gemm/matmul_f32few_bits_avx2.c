#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "vectors_256.h"

enum { ROWS = 6 };

#include "f32few_bits_kernels.h"

FLOAT_KERNELS(avx2)

#pragma clang attribute pop
#endif
