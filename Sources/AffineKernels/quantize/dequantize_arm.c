#include "dequantize_body.h"

#if defined(__aarch64__)
void aq_dequantize_i8_neon(void *args) { dequantize_body(args, 8, true); }
void aq_dequantize_u8_neon(void *args) { dequantize_body(args, 8, false); }
void aq_dequantize_i4_neon(void *args) { dequantize_body(args, 4, true); }
void aq_dequantize_u4_neon(void *args) { dequantize_body(args, 4, false); }
#endif
