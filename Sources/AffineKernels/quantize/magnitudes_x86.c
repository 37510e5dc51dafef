#include "magnitudes_body.h"

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) void aq_magnitudes_f32_avx2(void *args) { magnitudes_f32_body(args); }
#endif
