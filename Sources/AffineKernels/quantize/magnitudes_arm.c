#include "magnitudes_body.h"

#if defined(__aarch64__)
void aq_magnitudes_f32_neon(void *args) { magnitudes_f32_body(args); }
#endif
