#include "affine_kernels.h"

#if defined(__aarch64__)
#define MOST_ROWS 8

#include "vectors_128.h"

enum { ROWS = MOST_ROWS };

#define SQUEEZED
#include "numbers_body.h"
#include "squeezed.h"
#include "matmul_codes_body.h"

#define KERNEL(bits) \
  void aq_matmul_f32i##bits##_neon(void *args) { rows_of_kind(args, bits); }
KERNEL(1)
KERNEL(2)
KERNEL(3)
KERNEL(5)
KERNEL(6)
KERNEL(7)
#endif
