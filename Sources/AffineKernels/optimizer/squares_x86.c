#include "squares_body.h"

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) void aq_squares_f32_avx2(void *args) { squares_f32_body(args); }
#endif
