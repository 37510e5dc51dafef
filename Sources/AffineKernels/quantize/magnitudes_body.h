#include "affine_kernels.h"
#include "../inline.h"

#pragma STDC FP_CONTRACT OFF

// The plain loops, for the compiler to vectorize.

INLINE float least_of(float least, float magnitude) {
  float positive = magnitude > 0 ? magnitude : __builtin_inff();
  return positive < least ? positive : least;
}

/// A run: eight sums, whatever the registers hold.
INLINE void join_magnitudes(const float *values, size_t count, double *sum, float *least, float *most) {
  enum { LANES = 8 };
  double sums[LANES] = {0};
  float low[LANES], high[LANES];
  for (int l = 0; l < LANES; ++l) low[l] = *least, high[l] = *most;
  size_t i = 0;
  for (; i + LANES <= count; i += LANES)
    for (int l = 0; l < LANES; ++l) {
      float magnitude = __builtin_fabsf(values[i + (size_t)l]);
      sums[l] += (double)magnitude;
      low[l] = least_of(low[l], magnitude);
      high[l] = magnitude > high[l] ? magnitude : high[l];
    }
  for (int l = 0; i < count; ++i, ++l) {
    float magnitude = __builtin_fabsf(values[i]);
    sums[l] += (double)magnitude;
    low[l] = least_of(low[l], magnitude);
    high[l] = magnitude > high[l] ? magnitude : high[l];
  }
  double total = 0;
  for (int l = 0; l < LANES; ++l) {
    total += sums[l];
    *least = low[l] < *least ? low[l] : *least;
    *most = high[l] > *most ? high[l] : *most;
  }
  *sum += total;
}

/// A row of runs of one column.
INLINE void join_columns_of_magnitudes(
    const float *restrict values, size_t count, double *restrict sums, float *restrict low, float *restrict high) {
  for (size_t i = 0; i < count; ++i) {
    float magnitude = __builtin_fabsf(values[i]);
    sums[i] += (double)magnitude;
    low[i] = least_of(low[i], magnitude);
    high[i] = magnitude > high[i] ? magnitude : high[i];
  }
}

INLINE void magnitudes_f32_body(const aq_magnitudes_args *a) {
  for (size_t i = 0; i < a->rows; ++i) {
    const float *values = a->values + i * a->stride;
    if (!a->ends) {
      join_columns_of_magnitudes(values, a->runs, a->sum, a->smallest, a->largest);
      continue;
    }
    for (size_t r = 0, c = 0; r < a->runs; c = a->ends[r++])
      join_magnitudes(values + c, a->ends[r] - c, a->sum + r, a->smallest + r, a->largest + r);
  }
}
