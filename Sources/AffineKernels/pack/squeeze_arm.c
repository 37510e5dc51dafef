#include "affine_kernels.h"
#include "../inline.h"

#if defined(__aarch64__)
#include "squeeze_body.h"

void aq_squeeze_any_neon(void *args) { squeeze_any(args, SQUEEZE); }
void aq_spread_any_neon(void *args) { squeeze_any(args, SPREAD); }
#endif
