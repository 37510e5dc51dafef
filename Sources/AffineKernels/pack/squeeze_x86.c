#include "affine_kernels.h"
#include "../inline.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

#include "squeeze_body.h"

void aq_squeeze_any_avx2(void *args) { squeeze_any(args, SQUEEZE); }
void aq_spread_any_avx2(void *args) { squeeze_any(args, SPREAD); }

#pragma clang attribute pop
#endif
