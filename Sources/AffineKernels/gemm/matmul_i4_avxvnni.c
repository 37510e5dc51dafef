#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avxvnni"))), apply_to = function)

#include "vectors_256.h"

#define MOST_ROWS 6

enum { NIBBLES = 1 };

#include "dot_avxvnni.h"
#include "matmul_vnni_body.h"

void aq_matmul_i4_avxvnni(void *args) { panels_from(args, NULL); }

#pragma clang attribute pop
#endif
