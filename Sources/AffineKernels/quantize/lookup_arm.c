#include "lookup_body.h"

#if defined(__aarch64__)
void aq_lookup_8_neon(void *args) {
  const aq_lookup_args *a = args;
  size_t c = 0;
  for (size_t r = 0; r < a->runs; ++r)
    for (; c < a->ends[r]; ++c) a->values[c] = lookup_one(a, r, c);
}
#endif
