#include "affine_kernels.h"

#if defined(__aarch64__)
#define MOST_ROWS 8

#include "vectors_128.h"

enum { ROWS = MOST_ROWS };

#include "f32few_bits_kernels.h"

FLOAT_KERNELS(neon)
#endif
