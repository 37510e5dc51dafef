#include "adamw_body.h"

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) void aq_adamw_f32_avx2(void *args) { adamw_f32_body(args); }

__attribute__((target("avx2,fma"))) void aq_momentum_f32_avx2(void *args) {
  momentum_f32_body(args);
}
#endif
