#include "affine_kernels.h"

#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("bf16"))), apply_to = function)

#define MOST_ROWS 8
#include "pairs_128.h"

enum { ROWS = MOST_ROWS, NIBBLES = 0 };

#include "numbers_body.h"
#include "pair_numbers.h"
#include "matmul_bf16_codes_body.h"

void aq_matmul_bf16i8_neonbf16(void *args) { pairs_of_kind(args, 0); }

#pragma clang attribute pop
#endif
