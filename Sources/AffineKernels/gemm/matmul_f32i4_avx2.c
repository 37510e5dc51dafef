#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "vectors_256.h"

enum { ROWS = 6, NIBBLES = 1 };

#include "numbers_body.h"
#include "matmul_codes_body.h"

void aq_matmul_f32i4_avx2(void *args) { rows_of_kind(args, 0); }

#pragma clang attribute pop
#endif
