#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "vectors_256.h"

enum { ROWS = 6 };

#include "product_f32_body.h"

void aq_product_f32_avx2(void *args) { product_where_it_lies(args, false); }
void aq_product_f16_avx2(void *args) { product_where_it_lies(args, true); }

#pragma clang attribute pop
#endif
