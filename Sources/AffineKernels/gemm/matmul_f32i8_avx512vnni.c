#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)

#include "vectors_512.h"

enum { ROWS = 6, NIBBLES = 0 };

#include "matmul_codes_body.h"

void aq_matmul_f32i8_avx512vnni(void *args) { all_rows(args); }

#pragma clang attribute pop
#endif
