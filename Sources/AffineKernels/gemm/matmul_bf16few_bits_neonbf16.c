#include "affine_kernels.h"

#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("bf16"))), apply_to = function)

#define MOST_ROWS 8
#include "pairs_128.h"

enum { ROWS = MOST_ROWS };

#define SQUEEZED
#include "numbers_body.h"
#include "squeezed.h"
#include "pair_numbers.h"
#include "matmul_bf16_codes_body.h"

#include "bf16few_bits_kernels.h"

PAIR_KERNELS(neonbf16, pairs_of_kind)

#pragma clang attribute pop
#endif
