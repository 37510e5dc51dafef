#include "entries.h"

#if defined(__aarch64__)
ENTRIES(neon)
#endif
