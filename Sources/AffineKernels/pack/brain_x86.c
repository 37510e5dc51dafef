#if defined(__x86_64__)
#define TARGET target("avx2")
#define ENTRY_OF(family) __attribute__((TARGET)) void aq_##family##_avx2(void *args)
#include "brain_body.h"
#endif
