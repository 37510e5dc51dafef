#include "slices_body.h"

#if defined(__aarch64__)
void aq_slices_i8_neon(void *args) {
  aq_slices_args *a = args;
  SLICES_BODY(largest_of, encode_some)
}
#endif
