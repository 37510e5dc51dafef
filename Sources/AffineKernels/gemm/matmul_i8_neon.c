#include "affine_kernels.h"

#if defined(__aarch64__)
#define MOST_ROWS 4

#include "vectors_128.h"

enum { NIBBLES = 0 };

#include "matmul_mull_body.h"

KERNEL_OF_PANELS(aq_matmul_i8_neon)
#endif
