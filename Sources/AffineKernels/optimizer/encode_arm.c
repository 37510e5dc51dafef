#include "encode_body.h"

#if defined(__aarch64__)
void aq_encode_any_neon(void *args) { encode_body(args); }
#endif
