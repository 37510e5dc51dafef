#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(                                                                                 \
    __attribute__((                                                                                           \
        target("amx-tile,amx-bf16,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512bf16,fma"))), \
    apply_to = function)

#include "amx_tiles.h"
#include "amx_steps.h"
#include "pairs_512.h"

enum { NIBBLES = 0 };

#include "pair_table_512.h"
#include "matmul_bf16_amx_codes.h"

void aq_matmul_bf16i8_amxbf16(void *args) { amx_pairs_of_kind(args, 8); }

void aq_matmul_bf16t8_amxbf16(void *args) {
  const aq_matmul_codes_args *t = args;
  if (t->exponent_bits) amx_pairs_of_kind(t, SIGNED_BYTES);
  else amx_pairs_of_kind(t, 8);
}

#pragma clang attribute pop
#endif
