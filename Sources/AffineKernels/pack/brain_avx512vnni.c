#if defined(__x86_64__)
#define TARGET target("avx512f,avx512bw,avx512dq,avx512vl")
#define ENTRY_OF(family) __attribute__((TARGET)) void aq_##family##_avx512vnni(void *args)
#include "brain_body.h"
#endif
