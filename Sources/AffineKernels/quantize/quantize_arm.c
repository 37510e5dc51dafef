#include "quantize_body.h"

#if defined(__aarch64__)
void aq_range_f32_neon(void *args) { range_body(args); }
void aq_quantize_i8_neon(void *args) { quantize_body(args); }
#endif
