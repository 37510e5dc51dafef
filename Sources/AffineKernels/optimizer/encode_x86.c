#include "encode_body.h"

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) void aq_encode_any_avx2(void *args) { encode_body(args); }
#endif
