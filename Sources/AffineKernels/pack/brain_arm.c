#if defined(__aarch64__)
#define TARGET unused
#define ENTRY_OF(family) void aq_##family##_neon(void *args)
#include "brain_body.h"
#endif
