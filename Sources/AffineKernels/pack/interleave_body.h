#include "affine_kernels.h"
#include "../inline.h"

/// The plain loop, from a unit and a lane on.
INLINE void interleave_units(
    const aq_interleave_args *a, size_t first_unit, size_t first_lane, const size_t words) {
  for (size_t i = first_unit; i < a->count; ++i)
    for (size_t lane = first_lane; lane < a->padded_lanes; ++lane)
      for (size_t w = 0; w < words; ++w)
        a->out[(i * a->padded_lanes + lane) * words + w] =
            lane < a->lanes ? a->in[lane * a->in_stride + i * words + w] : 0;
}
