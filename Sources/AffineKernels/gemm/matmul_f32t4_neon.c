#include "affine_kernels.h"

#if defined(__aarch64__)
#define MOST_ROWS 8

#include "vectors_128.h"

enum { ROWS = MOST_ROWS, NIBBLES = 1 };

#include "table4_128.h"
#include "matmul_codes_body.h"

void aq_matmul_f32t4_neon(void *args) { rows_of_kind(args, 0); }
#endif
