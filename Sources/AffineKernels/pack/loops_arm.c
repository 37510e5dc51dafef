#if defined(__aarch64__)
#define ENTRY_OF(family) void aq_##family##_neon(void *args)
#include "loops_body.h"
#endif
