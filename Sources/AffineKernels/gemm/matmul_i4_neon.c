#include "affine_kernels.h"

#if defined(__aarch64__)
#define MOST_ROWS 4

#include "vectors_128.h"

enum { NIBBLES = 1 };

#include "matmul_mull_body.h"

void aq_matmul_i4_neon(void *args) { panels_from(args, NULL); }
#endif
