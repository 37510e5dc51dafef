#ifndef AFFINE_ROWS_H
#define AFFINE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Functions of elements and of rows.

/// out[i] = a function of first[i] and, where it has a second argument, other[i]
///
///   add first + other; accumulate out + first; multiply first * other; scale first * factor
///   relu max(x, 0); gelu x Phi(x); silu x / (1 + e^-x); swiglu silu(first) * other
///   geglu x / (1 + e^-u) * other of u = 2 sqrt(2 / pi) (x + 0.044715 x^3)
///   gelugradient, silugradient: the derivative at first, times other
///
/// Every operation is rounded, none fused. Arrays do not overlap.
typedef struct {
  size_t count;
  const float *_Nonnull first;
  const float *_Nullable other;
  float *_Nonnull out;
  float factor;
} aq_elements_args;

/// of_up = silu(gate) * gradient; of_gate = silu'(gate) * (up * gradient)
typedef struct {
  size_t count;
  const float *_Nonnull gate, *_Nonnull up, *_Nonnull gradient;
  float *_Nonnull of_gate, *_Nonnull of_up;
} aq_swiglugradient_args;

/// out[i] = 0 where the top 24 bits of mix(start + i * 0x9e3779b97f4a7c15) are below the threshold,
/// else in[i] * factor; mix is that of SplitMix64
typedef struct {
  size_t count;
  const float *_Nonnull in;
  float *_Nonnull out;
  uint64_t start;
  uint32_t threshold;
  float factor;
} aq_dropout_args;

// Sums of rows below have 16 parts: term i is added to part i mod 16, and the parts are added in halves.

/// out[i] = e^(in[i] - largest) * (share / sum); one row
typedef struct {
  size_t count;
  const float *_Nonnull in;
  float *_Nonnull out;
  float share;
  float largest, sum;  // written: the largest value, and the sum of e^(in[i] - largest)
} aq_softmax_args;

/// out = (in - mean) * inverse * weight + bias, by rows; inverse = 1 / sqrt(mean of (in - mean)^2 + epsilon)
typedef struct {
  size_t rows, columns;
  const float *_Nonnull in;
  const float *_Nullable weight, *_Nullable bias;  // [columns]; NULL: 1 and 0; no bias without weight
  float epsilon;
  float *_Nonnull out;
  float *_Nullable means;     // [rows], written; NULL: the mean counts as 0
  float *_Nonnull inverses;   // [rows], written
} aq_norm_args;

/// With normal = (in - mean) * inverse and scaled = gradient * weight:
///
///   out = (scaled - mean(scaled) - normal * mean(scaled * normal)) * inverse
///   of_weight += gradient * normal; of_bias += gradient
///
/// by rows; without means neither mean(scaled) nor of_bias.
typedef struct {
  size_t rows, columns;
  const float *_Nonnull in, *_Nonnull gradient;
  const float *_Nullable weight;   // [columns]; NULL: 1
  const float *_Nullable means;    // [rows]
  const float *_Nonnull inverses;  // [rows]
  float *_Nonnull out;
  float *_Nonnull of_weight;       // [columns]
  float *_Nullable of_bias;        // [columns], with means
  float *_Nonnull scratch;         // [2][columns]
} aq_normgradient_args;

/// Rotates the pairs (i, i + half) of each head of one row.
typedef struct {
  size_t heads, half;
  const float *_Nonnull turns;  // [2][half]: cosines, sines
  const float *_Nonnull in;     // [heads][2][half]
  float *_Nonnull out;
} aq_rotate_args;

/// scores[r][i] = e^(scores[r][i] * scale - largest[r]) / sums[r]
///
/// for i < count + r * growth, then 0 up to what the last row sees. Growth is 1 where a row sees
/// the others up to itself, 0 where it sees all.
typedef struct {
  size_t rows, count, growth;
  float scale;             // above 0
  float *_Nonnull scores;  // [rows][stride]
  size_t stride;           // a multiple of 16; a row may be written to the next one behind its end
  float *_Nonnull largest, *_Nonnull sums;  // [rows], written
} aq_attentionweights_args;

/// scores[r][i] = weight = e^(scores[r][i] * scale - log_sums[r]),
/// slopes[r][i] = weight * (slopes[r][i] - sum of output[r] * gradient[r]) * scale
///
/// for i < count + r * growth, then 0 up to what the last row sees.
typedef struct {
  size_t rows, count, growth;
  float scale;
  float *_Nonnull scores, *_Nonnull slopes;  // [rows][stride]
  size_t stride;  // a multiple of 16; a row may be written to the next one behind its end
  const float *_Nonnull output, *_Nonnull gradient;  // [rows][width], `size` of them
  size_t width, size;
  const float *_Nonnull log_sums;  // [rows][log_sums_stride]
  size_t log_sums_stride;
} aq_attentionslopes_args;

#endif
