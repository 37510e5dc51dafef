#if defined(__x86_64__)
#define ENTRY_OF(family) __attribute__((target("avx2"))) void aq_##family##_avx2(void *args)
#include "loops_body.h"
#endif
