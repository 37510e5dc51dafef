#include "squares_body.h"

#if defined(__aarch64__)
void aq_squares_f32_neon(void *args) { squares_f32_body(args); }
#endif
