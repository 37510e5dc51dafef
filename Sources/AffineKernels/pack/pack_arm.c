#include "pack_4_body.h"

#if defined(__aarch64__)
void aq_pack_4_neon(void *args) { pack_4_body(args, 0); }

void aq_interleave_32_neon(void *args) {
  const aq_interleave_args *a = args;
  for (size_t i = 0; i < a->count; ++i)
    for (size_t lane = 0; lane < a->padded_lanes; ++lane)
      a->out[i * a->padded_lanes + lane] = lane < a->lanes ? a->in[lane * a->in_stride + i] : 0;
}
#endif
