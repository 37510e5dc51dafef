#include "affine_kernels.h"

#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("i8mm"))), apply_to = function)

#define MOST_ROWS 8

#include "vectors_128.h"

enum { NIBBLES = 0 };

#include "matmul_i8mm_body.h"

void aq_matmul_i8_i8mm(void *args) { panels_from(args, NULL); }

#pragma clang attribute pop
#endif
