#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)

#include "vectors_512.h"

enum { ROWS = 6 };

#include "product_f32_body.h"

void aq_product_f32_avx512vnni(void *args) { product_where_it_lies(args, false); }
void aq_product_f16_avx512vnni(void *args) { product_where_it_lies(args, true); }

#pragma clang attribute pop
#endif
