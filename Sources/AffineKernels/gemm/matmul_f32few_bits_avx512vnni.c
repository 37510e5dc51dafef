#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)

#include "vectors_512.h"

enum { ROWS = 6 };

#define SQUEEZED
#include "numbers_body.h"
#include "squeezed.h"
#include "matmul_codes_body.h"

#define KERNEL(bits) \
  void aq_matmul_f32i##bits##_avx512vnni(void *args) { rows_of_kind(args, bits); }
KERNEL(1)
KERNEL(2)
KERNEL(3)
KERNEL(5)
KERNEL(6)
KERNEL(7)

#pragma clang attribute pop
#endif
