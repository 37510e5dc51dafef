#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512bf16,fma"))), apply_to = function)

#define MOST_ROWS 8
#include "vectors_512.h"
#include "pairs_512.h"

enum { ROWS = MOST_ROWS, NIBBLES = 1 };

#include "pair_table_512.h"
#include "matmul_bf16_codes_body.h"

void aq_matmul_bf16i4_avx512bf16(void *args) { pairs_of_kind(args, 4); }
void aq_matmul_bf16t4_avx512bf16(void *args) { pairs_of_kind(args, 4); }

#pragma clang attribute pop
#endif
