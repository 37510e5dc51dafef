#include "adamw_dynamic8_body.h"

#if defined(__aarch64__)
void aq_adamw_f32_neon(void *args) { adamw_f32_body(args); }
void aq_adamw_dynamic8_neon(void *args) { adamw_dynamic8_body(args); }
void aq_momentum_f32_neon(void *args) { momentum_f32_body(args); }
#endif
