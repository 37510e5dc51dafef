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

/// out[i, j] = sum_s float(sum_{k in s} lhs[i, k] * rhs[j, k]) * lhs_scale[s, i] * rhs_scale[s, j]
///             + lhs_sum[s, i] * rhs_bias[s, j] + lhs_bias[s, i] * rhs_sum[s, j]
///
/// One tile: up to `lhs_lanes` rows by `rhs_lanes` columns of the result. The contracted axis is cut
/// into slices of constant scale; each is padded with zeros to whole pairs. Slices are added in
/// ascending order: t = float(sum) * lhs_scale, then out = fma(t, rhs_scale, out), then the two
/// bias terms with one fma each. Every kernel of the family gives the same bits.
///
/// Operands lie in [-255, 255]: a code less its zero point. A 32-bit sum of 16384 pairs is at most
/// 2 * 255 * 255 * 16384 = 2 130 739 200 < 2^31; longer slices spill to 64 bits in between.
typedef struct {
  size_t slices;
  const uint32_t *_Nonnull pairs;      // [slices], pairs of codes in each slice
  const int16_t *_Nonnull lhs;         // [pair][lhs_lanes][2]
  const int16_t *_Nonnull rhs;         // [pair][rhs_lanes][2]
  const float *_Nonnull lhs_scale;     // [slices][lhs_lanes]
  const float *_Nonnull rhs_scale;     // [slices][rhs_lanes]
  const float *_Nullable lhs_sum;      // [slices][lhs_lanes], with rhs_bias
  const float *_Nullable rhs_bias;     // [slices][rhs_lanes], NULL: no such term
  const float *_Nullable lhs_bias;     // [slices][lhs_lanes], NULL: no such term
  const float *_Nullable rhs_sum;      // [slices][rhs_lanes], with lhs_bias
  size_t rows, columns;                // of the tile that exist: at least 1
  float *_Nullable out;                // [rows][stride], only [rows][columns] is written
  size_t stride;
  int64_t *_Nullable sums;             // [slices][rows][columns]: when given, the exact sums are
                                       // written here and `out` is left alone
} aq_matmul_i16_args;

/// out[i, j] = sum_k lhs[i, k] * rhs[j, k], accumulated with fma in ascending k
typedef struct {
  size_t depth;
  const float *_Nonnull lhs;  // [depth][lhs_lanes]
  const float *_Nonnull rhs;  // [depth][rhs_lanes]
  size_t rows, columns;       // of the tile that exist: at least 1
  float *_Nonnull out;        // [rows][stride], only [rows][columns] is touched
  size_t stride;
  bool accumulate;            // add to what `out` holds: a further block of the contracted axis
} aq_matmul_f32_args;

/// The range of each run of one row, and whether every value of the row is finite.
typedef struct {
  const float *_Nonnull values;
  size_t runs;
  const size_t *_Nonnull ends;  // [runs], ascending; run r is [ends[r-1], ends[r])
  float *_Nonnull minimum;      // [runs]
  float *_Nonnull maximum;      // [runs]
  bool is_finite;               // written
} aq_range_args;

/// codes[c] = clamp(round_half_even(values[c] * inverse[r]) + zero_point[r], low, high)
///
/// One row; the product rounds to float, the sum is exact; the clamp comes before the conversion.
typedef struct {
  const float *_Nonnull values;
  size_t runs;
  const size_t *_Nonnull ends;       // [runs]
  const float *_Nonnull inverse;     // [runs]
  const float *_Nonnull zero_point;  // [runs]
  float low, high;
  uint8_t *_Nonnull codes;           // one a byte, two's complement when low < 0
} aq_quantize_args;

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

/// out[c, r] = in[r, c] for bytes
typedef struct {
  size_t rows, columns;
  const uint8_t *_Nonnull in;  // [rows][in_stride]
  size_t in_stride;
  uint8_t *_Nonnull out;       // [columns][out_stride]
  size_t out_stride;
} aq_transpose_args;

/// panel[p][lane][2] = codes - zero point, widened, of tiled codes in the same order
///
/// Codes of 8 bits: one a byte in the order of the panel. Codes of 4 bits: blocks of 64 codes in 32
/// bytes; byte b of a block holds code b in its low half and code b + 32 in its high half.
/// The count of codes is a multiple of 64.
typedef struct {
  const uint8_t *_Nonnull codes;
  size_t slices;
  const uint32_t *_Nonnull pairs;          // [slices]
  size_t lanes;                            // 8, 16 or 32
  const int16_t *_Nullable zero_points;    // [slices][lanes], NULL: none
  int16_t *_Nonnull panel;
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

/// One step of AdamW on a row; both moments are codes of dynamic maps, one scale a run.
///
/// A moment is value[code] * scale. Parameters move by the new moments before these are rounded to
/// codes: the new scale is the largest magnitude s of the run, 1 if that is 0 and 2^-126 if 1 / s
/// overflows; the new code is that of moment / scale. A run with a new moment that is not finite, or
/// a new v below zero, ends the call: nothing of it is written but `m` and `v`.
typedef struct {
  aq_adamw_step step;
  size_t runs;
  const size_t *_Nonnull ends;  // [runs]
  const float *_Nonnull gradient;
  float *_Nonnull parameters;
  aq_dynamic_map m_map, v_map;
  uint8_t *_Nonnull m_codes, *_Nonnull v_codes;
  float *_Nonnull m_scales, *_Nonnull v_scales;  // [runs]
  float *_Nonnull m, *_Nonnull v;  // new moments of a run: [longest run rounded up to 64], at 64 bytes
  size_t done;                     // written: runs that are written
} aq_adamw_dynamic8_args;

/// A loop on registers alone: what the ports of one core can do at most.
typedef struct {
  size_t iterations;
  double operations;  // written: multiplications and additions done
} aq_peak_args;

/// One kernel: its symbol, what it needs, its panel lanes (0 where it has none), and its entry
/// (NULL on other CPUs), which takes the arguments of its family.
typedef struct {
  const char *_Nonnull symbol;
  uint32_t needs;
  bool tuned;  // hand-written for the instruction set; else a plain loop compiled for it
  size_t lhs_lanes, rhs_lanes;
  void (*_Nullable run)(void *_Nonnull args);
} aq_kernel;

typedef struct {
  const aq_kernel *_Nonnull kernels;
  size_t count;
} aq_family;

aq_family aq_matmul_i16(void);
aq_family aq_matmul_f32(void);
aq_family aq_range_f32(void);
aq_family aq_quantize_i8(void);
aq_family aq_dequantize_i8(void);
aq_family aq_dequantize_u8(void);
aq_family aq_dequantize_i4(void);
aq_family aq_dequantize_u4(void);
aq_family aq_transpose_8(void);
aq_family aq_widen_i8(void);
aq_family aq_widen_u8(void);
aq_family aq_widen_i4(void);
aq_family aq_widen_u4(void);
aq_family aq_interleave_32(void);
aq_family aq_pack_4(void);
aq_family aq_adamw_f32(void);
aq_family aq_adamw_dynamic8(void);
aq_family aq_peak_i16(void);
aq_family aq_peak_f32(void);

/// Logical processors this process may run on.
size_t aq_processor_count(void);

/// Asks for large pages under memory that is about to be used; a hint, ignored where it is unknown.
void aq_advise_large_pages(void *_Nonnull start, size_t bytes);

/// The value of AFFINE_THREADS, or 0 when it is unset or not a positive number.
size_t aq_requested_threads(void);

#endif
