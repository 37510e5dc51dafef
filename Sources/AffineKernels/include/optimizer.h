#ifndef AFFINE_OPTIMIZER_H
#define AFFINE_OPTIMIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Steps of optimizers, whose moments may be codes.

/// The numbers of one step of AdamW, the same for every parameter:
///
///   m' = beta1 * m + rest1 * g
///   v' = beta2 * v + rest2 * g * g
///   p' = p * decay - rate * m' / (sqrt(v') * root_scale + epsilon)
///
/// from left to right, every operation rounded to float, none fused.
typedef struct {
  float beta1, rest1;  // rest1 = 1 - beta1
  float beta2, rest2;  // rest2 = 1 - beta2
  float rate;          // learning rate / (1 - beta1^step)
  float root_scale;    // 1 / sqrt(1 - beta2^step)
  float epsilon;
  float decay;         // 1 - learning rate * weight decay
} aq_adamw_step;

/// One step of AdamW; both moments are floats.
typedef struct {
  aq_adamw_step step;
  size_t count;
  const float *_Nonnull gradient;
  float *_Nonnull parameters, *_Nonnull m, *_Nonnull v;
} aq_adamw_f32_args;

/// The numbers of one step of gradient descent with momentum, the same for every parameter:
///
///   m' = keep * m + g
///   p' = p * decay - rate * m'
///
/// from left to right, every operation rounded to float, none fused.
typedef struct {
  float keep;   // what the moment keeps of itself
  float rate;   // learning rate
  float decay;  // 1 - learning rate * weight decay
} aq_momentum_step;

/// One step of gradient descent with momentum; the moment is floats.
typedef struct {
  aq_momentum_step step;
  size_t count;
  const float *_Nonnull gradient;
  float *_Nonnull parameters, *_Nonnull m;
} aq_momentum_f32_args;

/// sum = sum_i values[i]^2 / max((keep * v[i] + rest * values[i]^2) * scale, floor), or without `v` the
/// sum of squares
///
/// The divisor is computed in floats, from left to right, none fused; squares, quotients and sums in
/// doubles: sixteen sums of every sixteenth value, added in ascending order.
typedef struct {
  size_t count;
  const float *_Nonnull values;
  const float *_Nullable v;
  float keep, rest, scale, floor;
  double sum;  // written
} aq_squares_args;

/// A dynamic map of 256 ascending values. The code of x is the number of thresholds that are not
/// above x; the thresholds lie between neighbouring values.
typedef struct {
  const float *_Nonnull values;    // [256]
  const uint8_t *_Nonnull planes;  // [4][256]: the bytes of the values, lowest first
  /// [2][24][128]: by sign, exponent and seven bits of mantissa of x, from |x| = 2^-23 on; what is
  /// below has the code of zero. No cell has two thresholds. With b the code of the cell's start and
  /// t the low 16 bits of its threshold, a cell is (b + 1) << 16 - t, or b << 16 without threshold: the
  /// code is (cell + low 16 bits of |x|) >> 16. For negative x the low bits count downwards.
  const uint32_t *_Nonnull cells;
  /// |x| + 2^-23 by pieces on which thresholds lie evenly: see the kernel that takes them.
  const float *_Nonnull borders;  // [32]
  const float *_Nonnull slopes, *_Nonnull offsets, *_Nonnull limits;  // [16]
} aq_dynamic_map;

/// Sixteen bits for element i of a step, even over steps and over neighbours:
///
///   random(i) = (key + i * AQ_WEYL mod 2^32) >> 16
///
/// A root between the numbers of two codes becomes the upper one where the part of the way that it has
/// gone from the lower is at least 1 - (random + 1/2) / 2^16; above 0 it never gets the code of 0.
#define AQ_WEYL 0x9e3779b9u

/// One step of AdamW on a row; m is codes of the signed dynamic map, the root of v is unsigned 8-bit
/// floats, one scale a run each.
///
/// A moment is value[code] * scale, v the square of that. Parameters move by the new moments before these
/// are rounded to codes: the new scale is the largest magnitude s of the run, 1 if that is 0 and 2^-126
/// if 1 / s overflows; the new code of m is that of m / scale, of the root r at random that of
/// r * (1 / scale). An unsigned 8-bit float has four bits of exponent and four of mantissa: code c > 0
/// is the float of bits (AQ_UFLOAT8 + c) << 19. A run with a new moment that is not finite, or a new v
/// below zero, ends the call: nothing of it is written but `m` and `roots`.
#define AQ_UFLOAT8 1777
typedef struct {
  aq_adamw_step step;
  size_t runs;
  const size_t *_Nonnull ends;  // [runs]
  const float *_Nonnull gradient;
  float *_Nonnull parameters;
  aq_dynamic_map map;
  uint8_t *_Nonnull m_codes, *_Nonnull v_codes;
  float *_Nonnull m_scales, *_Nonnull v_scales;  // [runs]
  uint32_t key;                                  // key + i * AQ_WEYL of the row's first element i
  // Of a run: [longest run rounded up to 64], at 64 bytes.
  float *_Nonnull m, *_Nonnull roots;
  size_t done;  // written: runs that are written
} aq_adamw_dynamic8_args;

/// How numbers become codes.
enum {
  AQ_STEPS = 0,  // rounded to nearest even, at most `top` away from zero, in two's complement
  AQ_FLOAT8,     // the nearest e4m3 number, ties to even
  AQ_MAP_16,     // how many of thresholds[1 ..< 16] are not above the number
  AQ_MAP_256,    // by the map
  // The roots of values become codes, at random.
  AQ_ROOT_FLOAT8,   // e4m3
  AQ_ROOT_UFLOAT8,  // unsigned 8-bit floats
  AQ_ROOT_16,       // sixteenths from 1/16 to 1
};

/// codes[c] = code(values[c] / scales[r]), of roots code(sqrt(values[c]) * (1 / scales[r]))
/// scales[r] = max |values of run r|, or its root, / top, 2^-126 where 1 / that overflows
///
/// One row of finite values, one code a byte. A run of zeros has the scale `zero_scale`; if that is 0,
/// its codes are 0.
typedef struct {
  const float *_Nonnull values;
  size_t runs;
  const size_t *_Nonnull ends;  // [runs]
  int32_t rule;
  float top;  // what the largest code stands for
  float zero_scale;
  const float *_Nonnull thresholds;  // [16]
  aq_dynamic_map map;
  uint32_t key;  // key + i * AQ_WEYL of the row's first element i; of roots
  uint8_t *_Nonnull codes;
  float *_Nonnull scales;  // [runs]
} aq_encode_args;

#endif
