#ifndef AFFINE_KERNELS_H
#define AFFINE_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Leaf kernels: no allocation, no threads, no choice of CPU. families.h lists every one.

/// Instruction sets, one bit each. Zero means plain C.
enum {
  AQ_AVX2 = 1 << 0,  // with FMA and F16C
  AQ_AVXVNNI = 1 << 1,
  AQ_AVX512VNNI = 1 << 2,  // with F, BW, DQ and VL
  AQ_AMX = 1 << 3,
  AQ_AVX512VBMI = 1 << 4,  // with AVX512VNNI
  AQ_NEON = 1 << 8,
  AQ_NEONDOT = 1 << 9,
  AQ_I8MM = 1 << 10,
};

/// The instruction sets of the running CPU, as far as the operating system lets programs use them.
uint32_t aq_running_isa(void);

/// out[i, j] = (sum_s float(sum[s, i, j]) * lhs_scale[s, i] * rhs_scale[s, j]
///              + lhs_sum[s, i] * rhs_bias[s, j] + lhs_bias[s, i] * rhs_sum[s, j]) * row_scale[i]
/// sum[s, i, j] = sum_{k in s} (lhs[i, k] - lhs_zero[s, i]) * (rhs[j, k] - rhs_zero[s, j])
///
/// All rows of the left operand against one panel of `rhs_lanes` rows of the right one. Codes are
/// bytes, signed on the left and unsigned on the right. The contracted axis is cut into slices of
/// constant scale, each padded with zero bytes to whole quads. The sums are computed as
///
///   sum = sum_k lhs * rhs + lhs_start + rhs_start - rhs_zero * lhs_total - lhs_zero * rhs_total
///
/// where lhs_total = sum_k lhs and rhs_total = sum_k (rhs - rhs_zero). Only what is not a constant of
/// the storage is a term of its own: lhs_start holds what the other terms are when rhs_zero is the same
/// everywhere. All of it is arithmetic modulo 2^32; a slice has at most 8192 quads, so that
/// |sum| <= 255 * 255 * 32768 = 2 130 739 200 < 2^31 and the result is exact.
///
/// Slices are added in ascending order: t = float(sum), times lhs_scale where it is given, then
/// out = fma(t, rhs_scale, out), then the two bias terms with one fma each. Every kernel of the family
/// gives the same bits.
typedef struct {
  size_t slices, quads;                // `quads`: of all slices
  const uint32_t *_Nonnull slice_quads;  // [slices]
  const void *_Nonnull lhs;              // [panel], in the order that the kernel's row names
  const uint8_t *_Nonnull rhs;           // [quad][rhs_lanes][4], one or half a byte a code
  const int32_t *_Nonnull lhs_start;     // [panel][slices][lhs_lanes]
  const int32_t *_Nullable rhs_start;    // [slices][rhs_lanes]
  const int32_t *_Nullable lhs_total;    // [panel][slices][lhs_lanes], with rhs_zero
  const int32_t *_Nullable rhs_zero;     // [slices][rhs_lanes]
  const int32_t *_Nullable lhs_zero;     // [panel][slices][lhs_lanes], with rhs_total
  const int32_t *_Nullable rhs_total;    // [slices][rhs_lanes]
  const float *_Nullable lhs_scale;      // [panel][slices][lhs_lanes], NULL: 1
  const void *_Nonnull rhs_scale;        // [slices][rhs_lanes], floats or binary16
  const float *_Nullable lhs_sum;        // [panel][slices][lhs_lanes], with rhs_bias
  const void *_Nullable rhs_bias;        // [slices][rhs_lanes], likewise
  bool rhs_is_half;                      // whether rhs_scale and rhs_bias are binary16
  const float *_Nullable lhs_bias;       // [panel][slices][lhs_lanes], with rhs_sum
  const float *_Nullable rhs_sum;        // [slices][rhs_lanes]
  const float *_Nullable row_scale;      // [panel][lhs_lanes], NULL: 1
  uint8_t *_Nullable scratch;            // [quads][rhs_lanes][4], for half bytes against AQ_BLOCKS
  size_t rows, columns;                  // of the result that exist: at least 1
  float *_Nonnull out;                   // [rows][stride], only [rows][columns] is written
  size_t stride;
  int32_t *_Nullable sums;               // [slices][rows][columns]: when given, the exact sums are
                                         // written here and `out` is left alone
} aq_matmul_i8_args;

/// out[i, j] = sum_s (sum_{k in s} lhs[i, k] * (rhs[j, k] - offset - rhs_zero[s, j])) * rhs_scale[s, j]
///             + lhs_sum[s, i] * rhs_bias[s, j]
///
/// Rows of floats against one panel of unsigned codes, in the order of aq_matmul_i8_args. A slice is
/// summed with fma in ascending k; slices are folded in ascending order, each with one fma, and one more
/// for the bias. Codes less the offset fit in signed bytes; zero points, at most 2^15, are taken from each
/// code, since a sum that they are taken from later has lost what outliers drown. Left values stay below
/// 2^80, since sums may be 2^24 times as large on the way. Every kernel of the family gives the same bits,
/// except that sums below 2^-126 may round less often.
typedef struct {
  size_t slices, quads;                  // `quads`: of all slices
  const uint32_t *_Nonnull slice_quads;  // [slices], at most 32
  const uint32_t *_Nonnull parameters;   // [slices], which of the scales and biases a slice has
  const float *_Nonnull lhs;             // [panel][quad][4][lhs_lanes]
  size_t lhs_lanes;                      // 1 to what the kernel's row names
  const uint8_t *_Nonnull rhs;           // [quad][rhs_lanes][4], one or half a byte a code
  uint8_t offset;
  const float *_Nonnull rhs_scale;       // [parameters][rhs_lanes]
  const float *_Nullable rhs_zero;       // [parameters][rhs_lanes]
  const float *_Nullable lhs_sum;        // [panel][slices][lhs_lanes], with rhs_bias
  const float *_Nullable rhs_bias;       // [parameters][rhs_lanes]
  float *_Nonnull scratch;               // [512][rhs_lanes]
  size_t rows, columns;                  // of the result that exist: at least 1
  float *_Nonnull out;                   // [rows][stride], only [rows][columns] is touched
  size_t stride;
} aq_matmul_codes_args;

/// out[i, j] = sum_k lhs[i, k] * rhs[j, k], accumulated with fma in ascending k
typedef struct {
  size_t depth;
  const float *_Nonnull lhs;  // [panel][depth][lhs_lanes]
  size_t lhs_lanes;           // 1 to what the kernel's row names
  const float *_Nonnull rhs;  // [depth][rhs_lanes]
  size_t rows, columns;       // of the result that exist: at least 1
  float *_Nonnull out;        // [rows][stride], only [rows][columns] is touched
  size_t stride;
  bool accumulate;            // add to what `out` holds: a further block of the contracted axis
} aq_matmul_f32_args;

/// minimum[r] = min(minimum[r], values of run r of every row), maximum[r] likewise; and whether every
/// value is finite
///
/// Run r is the columns [ends[r-1], ends[r]) of the rows; without `ends` it is column r alone. Rows
/// have ranges of their own, `ranges_stride` apart, or join in the same where that is 0.
typedef struct {
  const float *_Nonnull values;  // [rows][stride]
  size_t rows, stride;
  size_t runs;
  const size_t *_Nullable ends;  // [runs], ascending; NULL: runs of one column
  float *_Nonnull minimum;       // [rows][ranges_stride]
  float *_Nonnull maximum;       // [rows][ranges_stride]
  size_t ranges_stride;          // `runs`, or 0
  bool is_finite;                // written
} aq_range_args;

/// codes[i][c] = clamp(round_half_even(values[i][c] * inverse[r]) + zero_point[r], low, high)
///
/// Runs and their parameters as above; the product rounds to float, the sum is exact; the clamp comes
/// before the conversion.
typedef struct {
  const float *_Nonnull values;      // [rows][stride]
  size_t rows, stride;
  size_t runs;
  const size_t *_Nullable ends;      // [runs]; NULL: runs of one column
  const float *_Nonnull inverse;     // [rows][parameters_stride]
  const float *_Nonnull zero_point;  // [rows][parameters_stride]
  size_t parameters_stride;          // `runs`, or 0: all rows have the same
  float low, high;
  uint8_t *_Nonnull codes;           // [rows][codes_stride], one a byte, two's complement when low < 0
  size_t codes_stride;
} aq_quantize_args;

/// codes[k] = round_half_even(values[k] * (1 / scale[s])), scale[s] = max(largest / 127, smallest)
///
/// One row, slice after slice, each padded with zero codes to whole quads; `largest` is the largest
/// magnitude of the slice, or of the row where it has one scale. Nothing else is written of a row with
/// values that are not finite.
typedef struct {
  const float *_Nonnull values;
  size_t slices;                         // at least 1
  const size_t *_Nonnull ends;           // [slices], ascending
  const uint32_t *_Nonnull slice_quads;  // [slices]
  bool one_scale;
  float smallest;                        // with a finite reciprocal
  int8_t *_Nonnull codes;                // [quads][4]
  float *_Nonnull scale;                 // [slices], or one
  int32_t *_Nonnull total;               // [slices], sums of codes
  bool is_finite;                        // written
} aq_slices_args;

/// codes[i][c] = clamp(up(values[i][c] * inverse[r]) + zero_point[r], low, high)
///
/// up(x) is the whole number below x, and one more with the probability of the fraction: where the
/// upper 24 random bits of the element, as a fraction, are below it. The random bits of element e are
/// mix(key + 0x9e3779b97f4a7c15 * (e + 1)), where mix is that of SplitMix64 (Steele et al., 2014).
typedef struct {
  aq_quantize_args quantize;
  uint64_t key;
  uint64_t first;          // the element of the first value
  size_t elements_stride;  // between the first elements of neighbouring rows
} aq_dither_args;

/// rounded[i] = upper half of (bits of values[i] + upper 16 random bits of element first + i)
///
/// Infinities stay, NaN becomes quiet.
typedef struct {
  size_t count;
  const float *_Nonnull values;
  uint64_t key, first;
  uint16_t *_Nonnull rounded;
} aq_dither_bf16_args;

/// values[c] = (float(code[c]) - zero_point[r]) * scale[r] + bias[r]
///
/// One row. The difference is exact; product and sum round separately (no fma), as the
/// definitions of PyTorch and MLX do. Codes: one a byte, or two with the earlier in the low half.
typedef struct {
  const uint8_t *_Nonnull codes;
  size_t runs;
  const size_t *_Nonnull ends;        // [runs]
  const float *_Nonnull scale;        // [runs]
  const float *_Nonnull zero_point;   // [runs]
  const float *_Nullable bias;        // [runs], NULL: no such term
  float *_Nonnull values;
} aq_dequantize_args;

/// out[c, r] = in[r, c] for codes of one byte, or two a byte with the earlier in the low half
///
/// The half byte after an odd count of codes of a row of `out` is zero.
typedef struct {
  size_t rows, columns;        // of codes
  const uint8_t *_Nonnull in;  // [rows][in_stride]
  size_t in_stride;            // bytes
  uint8_t *_Nonnull out;       // [columns][out_stride]
  size_t out_stride;           // bytes
  bool streams;                // write past the caches; `out` and its stride are whole cache lines
} aq_transpose_args;

/// total[s] = sum of the codes of slice s; product[s] = sum over its quads of c0 * c1 + c2 * c3
///
/// One row of bytes, slice after slice, each padded with zeros to whole quads.
typedef struct {
  const uint8_t *_Nonnull codes;
  bool is_signed;
  size_t slices;
  const uint32_t *_Nonnull slice_quads;  // [slices]
  int32_t *_Nonnull total;               // [slices]
  int32_t *_Nonnull product;             // [slices], modulo 2^32
} aq_totals_args;

/// Each quad c0 c1 c2 c3 of signed bytes becomes four 16-bit numbers c0 c2 c1 c3.
typedef struct {
  const int8_t *_Nonnull codes;
  size_t quads;
  int16_t *_Nonnull wide;  // [quads][4]
} aq_widen_args;

/// out[i][lane] = in[lane][i] for 32-bit units: rows of pairs become a panel
typedef struct {
  size_t lanes;                 // rows there are
  size_t padded_lanes;          // lanes of the panel; those beyond `lanes` are written as zero
  size_t count;                 // units a row
  const uint32_t *_Nonnull in;  // [lanes][in_stride]
  size_t in_stride;
  uint32_t *_Nonnull out;       // [count][padded_lanes]
} aq_interleave_args;

/// packed[b] = codes[2 b] & 15 | codes[2 b + 1] << 4; the last code of an odd count is alone
typedef struct {
  size_t count;                  // of codes
  const uint8_t *_Nonnull codes;
  uint8_t *_Nonnull packed;      // [(count + 1) / 2]
} aq_pack_args;

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

/// out[i, j] (+)= sum_k lhs[i, k] * rhs[k, j], accumulated with fma in ascending k
///
/// Both operands stay where they lie: neighbouring columns of `rhs` and `out` are neighbours in memory,
/// everything else is a stride apart, in floats.
typedef struct {
  size_t rows, columns, depth;
  const float *_Nonnull lhs;
  size_t lhs_row, lhs_depth;
  const float *_Nonnull rhs;
  size_t rhs_depth;
  float *_Nonnull out;
  size_t out_row;
  bool accumulate;  // add to what `out` holds
} aq_product_args;

/// out[i] = a function of first[i] and, where it has a second argument, other[i]
///
///   add first + other; accumulate out + first; multiply first * other; scale first * factor
///   gelu x Phi(x); silu x / (1 + e^-x); swiglu silu(first) * other
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
  float scale;
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

/// widen: floats[i] = halves[i]; round: halves[i] = floats[i], to nearest even
typedef struct {
  size_t count;
  uint16_t *_Nonnull halves;
  float *_Nonnull floats;
} aq_halves_args;

/// A loop on registers alone: what the ports of one core can do at most.
typedef struct {
  size_t iterations;
  double operations;  // written: multiplications and additions done
} aq_peak_args;

/// The order of a left panel of bytes.
enum {
  AQ_NO_PANEL = 0,
  AQ_QUADS,  // [quad][lhs_lanes][4]: a quad of every row, then the next
  AQ_WIDE,   // [quad][lhs_lanes][4] of 16 bits, each quad as c0 c2 c1 c3
  AQ_BLOCKS,  // [block][lhs_lanes][64]: 64 bytes of every row, then the next; the last block is padded
};

/// One kernel: its symbol, what it needs, its panel lanes (0 where it has none), and its entry
/// (NULL on other CPUs), which takes the arguments of its family.
typedef struct {
  const char *_Nonnull symbol;
  uint32_t needs;
  bool tuned;  // hand-written for the instruction set; else a plain loop compiled for it
  size_t lhs_lanes, rhs_lanes;
  int lhs_order;
  void (*_Nullable run)(void *_Nonnull args);
} aq_kernel;

typedef struct {
  const aq_kernel *_Nonnull kernels;
  size_t count;
} aq_family;

aq_family aq_matmul_i8(void);
aq_family aq_matmul_i4(void);
aq_family aq_matmul_f32i8(void);
aq_family aq_matmul_f32i4(void);
aq_family aq_matmul_f32(void);
aq_family aq_range_f32(void);
aq_family aq_quantize_i8(void);
aq_family aq_slices_i8(void);
aq_family aq_dither_i8(void);
aq_family aq_dither_bf16(void);
aq_family aq_dequantize_i8(void);
aq_family aq_dequantize_u8(void);
aq_family aq_dequantize_i4(void);
aq_family aq_dequantize_u4(void);
aq_family aq_transpose_8(void);
aq_family aq_transpose_4(void);
aq_family aq_totals_8(void);
aq_family aq_widen_8(void);
aq_family aq_interleave_32(void);
aq_family aq_pack_4(void);
aq_family aq_adamw_f32(void);
aq_family aq_adamw_dynamic8(void);
aq_family aq_momentum_f32(void);
aq_family aq_encode_any(void);
aq_family aq_squares_f32(void);
aq_family aq_product_f32(void);
aq_family aq_add_f32(void);
aq_family aq_accumulate_f32(void);
aq_family aq_multiply_f32(void);
aq_family aq_scale_f32(void);
aq_family aq_gelu_f32(void);
aq_family aq_gelugradient_f32(void);
aq_family aq_silu_f32(void);
aq_family aq_silugradient_f32(void);
aq_family aq_swiglu_f32(void);
aq_family aq_swiglugradient_f32(void);
aq_family aq_dropout_f32(void);
aq_family aq_softmax_f32(void);
aq_family aq_norm_f32(void);
aq_family aq_normgradient_f32(void);
aq_family aq_rotate_f32(void);
aq_family aq_attentionweights_f32(void);
aq_family aq_attentionslopes_f32(void);
aq_family aq_widen_f16(void);
aq_family aq_round_f16(void);
aq_family aq_peak_i8(void);
aq_family aq_peak_i4(void);
aq_family aq_peak_f32(void);

/// Tells the CPU that a thread waits for another one.
static inline void aq_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

/// Logical processors this process may run on.
size_t aq_processor_count(void);

/// Bytes of the second-level cache of a core.
size_t aq_cache_bytes(void);

/// Asks for large pages under memory that is about to be used; a hint, ignored where it is unknown.
void aq_advise_large_pages(void *_Nonnull start, size_t bytes);

/// The most bytes of memory that this process had in use so far, or 0 where the system does not say.
size_t aq_peak_resident_bytes(void);

/// Gives memory that was freed back to the system.
void aq_return_freed_memory(void);

/// The value of AFFINE_THREADS, or 0 when it is unset or not a positive number.
size_t aq_requested_threads(void);

#endif
