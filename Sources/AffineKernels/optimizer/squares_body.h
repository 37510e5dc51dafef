#include "affine_kernels.h"
#include "../inline.h"

#pragma STDC FP_CONTRACT OFF

/// The plain loop, for the compiler to vectorize: sixteen sums, whatever the registers hold.
INLINE void squares_f32_body(aq_squares_args *a) {
  enum { LANES = 16 };
  const float *restrict values = a->values, *restrict vs = a->v;
  const float keep = a->keep, rest = a->rest, scale = a->scale, floor = a->floor;
  double sums[LANES] = {0};
  for (size_t start = 0; start < a->count; start += LANES) {
    size_t lanes = a->count - start < LANES ? a->count - start : LANES;
    double squares[LANES] = {0};
    if (lanes == LANES)
      for (size_t i = 0; i < LANES; ++i)
        squares[i] = (double)values[start + i] * (double)values[start + i];
    else
      for (size_t i = 0; i < lanes; ++i)
        squares[i] = (double)values[start + i] * (double)values[start + i];
    if (vs) {
      float least[LANES];
      for (size_t i = 0; i < LANES; ++i) least[i] = 1;
      for (size_t i = 0; i < lanes; ++i) {
        float g = values[start + i];
        float v = (keep * vs[start + i] + rest * g * g) * scale;
        least[i] = v < floor ? floor : v;
      }
      for (size_t i = 0; i < LANES; ++i) squares[i] /= (double)least[i];
    }
    for (size_t i = 0; i < LANES; ++i) sums[i] += squares[i];
  }
  double sum = 0;
  for (size_t i = 0; i < LANES; ++i) sum += sums[i];
  a->sum = sum;
}
