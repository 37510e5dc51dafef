#include "slices_body.h"

#if defined(__aarch64__)
void aq_slices_i8_neon(void *args) {
  slices_body(args, largest_of, encode_some);
}
#endif
