#include "transpose_body.h"

#if defined(__aarch64__)
void aq_transpose_8_neon(void *args) { transpose_body(args, 8); }
void aq_transpose_4_neon(void *args) { transpose_body(args, 4); }
#endif
