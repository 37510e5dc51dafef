#pragma once
#include "affine_kernels.h"
#include "../bits.h"

// No operation may be fused with another: every kernel gives the bits of the portable one.
#pragma STDC FP_CONTRACT OFF

/// e^(x + remainder): see FloatFunctions.swift, whose operations these are.
INLINE float scaled_exponential(float x, float remainder) {
  float shifted = x * 1.442695f + 0x1.8p23f;
  float n = shifted - 0x1.8p23f;
  float r = ((x - n * 0.693359375f) - n * -2.1219444e-4f) + remainder;
  float p = 0.0013814445f;
  p = p * r + 0.008368779f;
  p = p * r + 0.041668393f;
  p = p * r + 0.1666652f;
  p = p * r + 0.49999994f;
  p = p * (r * r) + r + 1;
  float scale = float_of((bits_of(shifted) << 23) + 0x3f800000u);
  return x < -87 ? 0 : p * scale;
}

INLINE float exponential(float x) { return scaled_exponential(x, 0); }

typedef struct {
  float density, distribution, limited;
} normal_law;

INLINE normal_law normal(float x) {
  float t = __builtin_fabsf(x);
  t = t > 15 ? 15 : t;
  float high = float_of(bits_of(t) & 0xfffff000u);
  float low = (t - high) * (t + high);
  float e = scaled_exponential(-0.5f * (high * high), -0.5f * low);
  float inverse = 1 / (t + 3.5f);
  float u = (t - 3.5f) * inverse;
  float u2 = u * u, u4 = u2 * u2;
  float low_terms = (-0.5655618f * u + 0.74441606f) + (-0.11605317f * u + 0.3154251f) * u2;
  float middle_terms = (0.0064937272f * u + 0.017405823f) + (-0.00049504277f * u + -0.0031728335f) * u2;
  float high_terms = 0.00010869896f * u + 0.00041832973f;
  float p = low_terms + (middle_terms + high_terms * u4) * u4;
  float tail = e * (p * inverse);
  return (normal_law){e, x < 0 ? tail : 1 - tail, x < 0 ? -t : t};
}

INLINE float gelu(float x) {
  normal_law law = normal(x);
  return (x < 0 ? law.limited : x) * law.distribution;
}

INLINE float gelu_derivative(float x) {
  normal_law law = normal(x);
  return law.distribution + (law.density * 0.3989423f) * law.limited;
}

typedef struct {
  float value, rest, limited;
} logistic_law;

INLINE logistic_law logistic(float x) {
  float t = __builtin_fabsf(x);
  t = t > 88 ? 88 : t;
  float e = exponential(-t);
  float large = 1 / (1 + e);
  float small = e * large;
  return (logistic_law){x < 0 ? small : large, x < 0 ? large : small, x < 0 ? -t : t};
}

INLINE float silu(float x) {
  logistic_law law = logistic(x);
  return (x < 0 ? law.limited : x) * law.value;
}

/// x times the logistic function of twice sqrt(2 / pi) * (x + 0.044715 x^3).
INLINE float tanh_gelu(float x) { return x * logistic(1.5957691f * (x + 0.044715f * x * x * x)).value; }

INLINE float silu_derivative(float x) {
  logistic_law law = logistic(x);
  return law.value * (1 + law.limited * law.rest);
}

enum { PARTS = 16 };

/// Adds the parts in halves.
INLINE float joined(const float parts[PARTS]) {
  float sums[PARTS / 2];
  for (int l = 0; l < 8; ++l) sums[l] = parts[l] + parts[l + 8];
  for (int l = 0; l < 4; ++l) sums[l] += sums[l + 4];
  for (int l = 0; l < 2; ++l) sums[l] += sums[l + 2];
  return sums[0] + sums[1];
}

/// The sum of `term`, of the index `i`, over `count` indices: index i is added to part i mod 16.
#define SUM_IN_PARTS(total, count, term)                          \
  do {                                                            \
    float parts[PARTS] = {0};                                     \
    size_t base = 0;                                              \
    for (; base + PARTS <= (count); base += PARTS)                \
      for (size_t l = 0; l < PARTS; ++l) {                        \
        size_t i = base + l;                                      \
        parts[l] += (term);                                       \
      }                                                           \
    for (size_t i = base; i < (count); ++i) parts[i - base] += (term); \
    (total) = joined(parts);                                      \
  } while (0)

/// The largest of values, which is not NaN unless `start` is.
INLINE float largest_of(const float *values, size_t count, float start) {
  float parts[PARTS];
  for (int l = 0; l < PARTS; ++l) parts[l] = start;
  size_t base = 0;
  for (; base + PARTS <= count; base += PARTS)
    for (size_t l = 0; l < PARTS; ++l)
      parts[l] = values[base + l] > parts[l] ? values[base + l] : parts[l];
  for (size_t i = base; i < count; ++i)
    parts[i - base] = values[i] > parts[i - base] ? values[i] : parts[i - base];
  for (int width = PARTS / 2; width > 0; width /= 2)
    for (int l = 0; l < width; ++l) parts[l] = parts[l + width] > parts[l] ? parts[l + width] : parts[l];
  return parts[0];
}
