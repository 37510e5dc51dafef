#include "dither_body.h"

#if defined(__aarch64__)
void aq_dither_i8_neon(void *args) { dither_body(args); }
void aq_dither_bf16_neon(void *args) { dither_bf16_body(args); }
#endif
