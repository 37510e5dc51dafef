#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)

#include "vectors_512.h"

enum { ROWS = 6, NIBBLES = 1 };

#include "table4_512.h"
#include "matmul_codes_body.h"

void aq_matmul_f32t4_avx512vnni(void *args) { rows_of_kind(args, 0); }

#pragma clang attribute pop
#endif
