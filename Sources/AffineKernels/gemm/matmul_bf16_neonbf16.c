#include "affine_kernels.h"

#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("bf16"))), apply_to = function)

#define MOST_ROWS 8
#include "pairs_128.h"

enum { ROWS = MOST_ROWS };

#include "matmul_bf16_body.h"

void aq_matmul_bf16_neonbf16(void *args) { all_panels(args); }

#pragma clang attribute pop
#endif
