#include "affine_kernels.h"

#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("bf16"))), apply_to = function)

#define MOST_ROWS 8
#include "pairs_128.h"

enum { ROWS = MOST_ROWS, NIBBLES = 0 };

#include "table8_128.h"
#include "pair_numbers.h"
#include "matmul_bf16_codes_body.h"

void aq_matmul_bf16t8_neonbf16(void *args) {
  switch (kind_of(args)) {
    case E4M3: pairs_of_kind(args, E4M3); break;
    case E5M2: pairs_of_kind(args, E5M2); break;
    default: pairs_of_kind(args, LOADED); break;
  }
}

#pragma clang attribute pop
#endif
