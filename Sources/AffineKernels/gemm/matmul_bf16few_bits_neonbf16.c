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

#define KERNEL(bits) \
  void aq_matmul_bf16i##bits##_neonbf16(void *args) { pairs_of_kind(args, bits); }
KERNEL(1)
KERNEL(2)
KERNEL(3)
KERNEL(5)
KERNEL(6)
KERNEL(7)

#pragma clang attribute pop
#endif
