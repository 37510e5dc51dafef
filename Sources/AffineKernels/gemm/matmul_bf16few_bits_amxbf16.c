#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(                                                                                 \
    __attribute__((                                                                                           \
        target("amx-tile,amx-bf16,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512bf16,fma"))), \
    apply_to = function)

#include "amx_tiles.h"
#include "amx_steps.h"
#include "pairs_512.h"

#define SQUEEZED
#include "pair_table_512.h"
#include "squeezed.h"
#include "matmul_bf16_amx_codes.h"

#include "bf16few_bits_kernels.h"

PAIR_KERNELS(amxbf16, amx_pairs_of_kind)

// Look-ups see the values of a table as they see numbers.
void aq_matmul_bf16t6_amxbf16(void *args) { amx_pairs_of_kind(args, 6); }

#pragma clang attribute pop
#endif
