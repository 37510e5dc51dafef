#include "affine_kernels.h"

#if defined(__aarch64__)
#define MOST_ROWS 8

#include "vectors_128.h"

enum { ROWS = MOST_ROWS };

#include "matmul_f32_body.h"

void aq_matmul_f32_neon(void *args) { all_panels(args); }
#endif
