#include "affine_kernels.h"

#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("bf16"))), apply_to = function)

#define MOST_ROWS 8
#include "pairs_128.h"

enum { ROWS = MOST_ROWS };

#define SQUEEZED
#define BITS_OF(kind) 6
#include "table8_128.h"
#include "squeezed.h"
#include "pair_numbers.h"
#include "matmul_bf16_codes_body.h"

void aq_matmul_bf16t6_neonbf16(void *args) {
  if (kind_of(args) == E2M3) pairs_of_kind(args, E2M3);
  else pairs_of_kind(args, E3M2);
}

#pragma clang attribute pop
#endif
