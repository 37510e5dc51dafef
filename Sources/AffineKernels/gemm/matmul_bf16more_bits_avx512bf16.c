// Of 5 to 7 bits, apart from fewer: a compiler takes seconds for each.

#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512bf16,fma"))), apply_to = function)

#define MOST_ROWS 8
#include "vectors_512.h"
#include "pairs_512.h"

enum { ROWS = MOST_ROWS };

#define SQUEEZED
#include "pair_table_512.h"
#include "squeezed.h"
#include "matmul_bf16_codes_body.h"

#include "bf16few_bits_kernels.h"

PAIR_KERNELS_OF_5_TO_7(avx512bf16, pairs_of_kind)

// Look-ups see the values of a table as they see numbers.
void aq_matmul_bf16t6_avx512bf16(void *args) { pairs_of_kind(args, 6); }

#pragma clang attribute pop
#endif
