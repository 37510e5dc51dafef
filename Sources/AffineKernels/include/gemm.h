#ifndef AFFINE_GEMM_H
#define AFFINE_GEMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Products and what they are compared with.

/// The numbers of scales and results.
enum {
  AQ_FLOATS = 0,
  AQ_HALVES,        // binary16
  AQ_BRAIN_HALVES,  // bfloat16
  AQ_POWERS,        // of two, E8M0: scales alone
  // Codes that scales of their own multiply: right scales and biases alone, of two slices at least.
  AQ_CODES_4,       // [slices / 2][nr]: of two slices, the first in the low halves
  AQ_CODES_6,       // [slices / 4][3][nr]: of four slices, squeezed (aq_squeeze_args)
  AQ_CODES_8,       // [slices][nr]
  AQ_SMALL_FLOATS,  // [slices][nr] of E4M3
  AQ_PLACES,        // [slices][nr] of places in a table
};

/// Scales of scales: a scale or bias is super[slice >> shift][lane] * (code - offset), rounded once; or, of places,
/// super[slice >> shift][lane] * table[place] + mean, rounded twice.
typedef struct {
  const void *_Nullable scales, *_Nullable biases;  // [slices >> shift, rounded up][nr] of what `form` says
  int32_t form;
  int32_t offset;  // 0 of small floats
  uint32_t shift;
  const float *_Nullable table;  // [256]
  float mean;
} aq_super_scales;

/// out[i, j] = (sum_s float(sum[s, i, j]) * lhs_scale[s, i] * rhs_scale[s, j]
///              + lhs_sum[s, i] * rhs_bias[s, j] + lhs_bias[s, i] * rhs_sum[s, j]) * row_scale[i]
/// sum[s, i, j] = sum_{k in s} (lhs[i, k] - lhs_zero[s, i]) * (rhs[j, k] - rhs_zero[s, j])
///
/// A kernel leaves its arguments as they are: the next call has most of them.
///
/// All rows of the left operand against one panel of nr rows of the right one, or several where the tile
/// says so, one after the other, both packed as the kernel's tile says (families.h). Codes and terms of left rows
/// that do not exist, and codes after the last k-group of a run, are undefined. The contracted axis is cut
/// into slices of constant scale, each padded with zeros to whole k-groups. The sums are computed as
///
///   sum = sum_k lhs * rhs + lhs_start + rhs_start - rhs_zero * lhs_total - lhs_zero * rhs_total
///
/// where lhs_total = sum_k lhs and rhs_total = sum_k (rhs - rhs_zero); of slices of up to 128 codes totals and zero
/// points, which are codes, fit in 16 bits, and so do the same numbers negated: |rhs_total| <= 128 * 255. Only what is not a constant of
/// the storage is a term of its own: lhs_start holds what the other terms are when rhs_zero is the same
/// everywhere. All of it is arithmetic modulo 2^32; a slice has at most 32768 codes, so that
/// |sum| <= 255 * 255 * 32768 = 2 130 739 200 < 2^31 and the result is exact.
///
/// Of squeezed codes k-groups are counted in fours of codes, of which a slice has a multiple.
///
/// Slices are added in ascending order: t = float(sum), times lhs_scale where it is given, then
/// out = fma(t, rhs_scale, out), then the two bias terms with one fma each. Where rows share left scales, in blocks,
/// out = fma(float(sum), lhs_scale * rhs_scale, out) instead, the scales' product rounded once. Every kernel of the
/// family gives the same bits.
typedef struct {
  size_t slices, groups;                  // `groups`: k-groups of all slices
  const uint32_t *_Nonnull slice_groups;  // [slices]
  const void *_Nonnull lhs;              // [panel][run][mr][lhs_run]
  const uint8_t *_Nonnull rhs;           // [group][nr][kr], or squeezed
  // What each code stands for: of matmul_t4 16 numbers, at most 31, of matmul_t6 64, at most 127.
  const uint8_t *_Nullable table;
  const int32_t *_Nonnull lhs_start;     // [panel][slices][mr]
  const int32_t *_Nullable rhs_start;    // [slices][nr]
  const int32_t *_Nullable lhs_total;    // [panel][slices][mr], with rhs_zero
  const int32_t *_Nullable rhs_zero;     // [slices][nr]
  const int32_t *_Nullable lhs_zero;     // [panel][slices][mr], with rhs_total
  const int32_t *_Nullable rhs_total;    // [slices][nr]
  const float *_Nullable lhs_scale;      // [panel][slices][mr], NULL: 1
  const void *_Nonnull rhs_scale;        // [slices][nr] of what rhs_form says
  const float *_Nullable lhs_sum;        // [panel][slices][mr], with rhs_bias
  const void *_Nullable rhs_bias;        // [slices][nr], likewise
  int32_t rhs_form;                      // of rhs_scale and rhs_bias
  aq_super_scales super;                 // where that is a form of codes
  const float *_Nullable lhs_bias;       // [panel][slices][mr], with rhs_sum
  const float *_Nullable rhs_sum;        // [slices][nr]
  const float *_Nullable row_scale;      // [panel][mr], NULL: 1
  uint8_t *_Nullable scratch;            // [groups][nr][kr] bytes, where the tile asks for it
  size_t rows, columns;                  // of the result that exist: at least 1
  float *_Nonnull out;                   // [rows][stride], only [rows][columns] is written
  size_t stride;
  size_t ahead;                          // bytes of `rhs` that one row asks for before it needs them; 0: none
  size_t lhs_block, lhs_row;             // rows of a block of left scales, and which of these the first one is; 0: each
                                         // row has its own
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
///
/// In families of tables, matmul_f32t4, matmul_f32t6 and matmul_f32t8, a code stands for table[code], of 16 or 256
/// values of at most 2^16, and there is neither offset nor zero point nor bias. Codes of 6 bits are floats, E2M3 or
/// E3M2.
///
/// In families of bfloat16, matmul_bf16i8 and so on, left values are bfloat16 where `lhs` points to,
/// [panel][run][lhs_lanes][lhs_run], and numbers of codes are rounded to bfloat16, to nearest even: whole numbers
/// of up to 8 bits are bfloat16. Products are exact; they are summed as floats in an order of the kernel's
/// own, which may round in another way than to nearest and take subnormal operands and sums for zero. So
/// kernels differ, but none by more than 2^-23 of the magnitudes for each sum.
typedef struct {
  // `groups`: k-groups of all slices, each of kr codes; of squeezed codes in fours of codes, as in aq_matmul_i8_args.
  size_t slices, groups;
  const uint32_t *_Nonnull slice_groups;  // [slices], counted likewise: at most 128 codes each
  const uint32_t *_Nonnull parameters;   // [slices], which of the scales and biases a slice has
  const float *_Nonnull lhs;             // [panel][group][kr][lhs_lanes]
  size_t lhs_lanes;                      // 1 to mr
  const uint8_t *_Nonnull rhs;           // [group][nr][kr]
  uint8_t offset;
  const void *_Nonnull rhs_scale;        // [parameters][nr] of what scale_form says
  int32_t scale_form;
  aq_super_scales super;                 // where that is a form of codes
  const float *_Nullable rhs_zero;       // [parameters][nr]
  const float *_Nullable lhs_sum;        // [panel][slices][lhs_lanes], with rhs_bias
  const float *_Nullable rhs_bias;       // [parameters][nr]
  float *_Nonnull scratch;               // [256][nr]
  size_t rows, columns;                  // of the result that exist: at least 1
  float *_Nonnull out;                   // [rows][stride], only [rows][columns] is touched
  size_t stride;
  const float *_Nullable table;           // of families of tables: what each code stands for
  uint32_t exponent_bits;                 // 2 to 5 where that is E2M3, E3M2, E4M3 or E5M2, 0 for any table
} aq_matmul_codes_args;

/// out[i, j] = sum_k lhs[i, k] * rhs[j, k], accumulated with fma in ascending k
///
/// In matmul_bf16 both sides are bfloat16 where the pointers lead, [panel][run][lhs_lanes][lhs_run] and
/// [depth / 2][nr][2]; the depth is a multiple of kr, and sums are as those of aq_matmul_codes_args.
typedef struct {
  size_t depth;
  const float *_Nonnull lhs;  // [panel][depth][lhs_lanes]
  size_t lhs_lanes;           // 1 to mr
  const float *_Nonnull rhs;  // [depth][nr]
  size_t rows, columns;       // of the result that exist: at least 1
  float *_Nonnull out;        // [rows][stride], only [rows][columns] is touched
  size_t stride;
  bool accumulate;            // add to what `out` holds: a further block of the contracted axis
} aq_matmul_f32_args;

/// out[i, j] (+)= sum_k lhs[i, k] * rhs[k, j], accumulated with fma in ascending k
///
/// Both operands stay where they lie: neighbouring columns of `rhs` and `out` are neighbours in memory,
/// everything else is a stride apart, in numbers. In product_f16 `rhs` points to binary16.
///
/// In product_bf16 a float is two bfloat16, of neighbouring k, the earlier in its lower half; sums are as those of
/// aq_matmul_codes_args, and `lhs_row` or `lhs_depth` is 1.
typedef struct {
  size_t rows, columns, depth;
  const float *_Nonnull lhs;
  size_t lhs_row, lhs_depth;
  const void *_Nonnull rhs;
  size_t rhs_depth;
  float *_Nonnull out;
  size_t out_row;
  bool accumulate;  // add to what `out` holds
  // What follows `rhs` in the caller's next product, as large: its places are asked for while those of `rhs` are read.
  const void *_Nullable next;
} aq_product_args;

/// The function that ends a product.
enum {
  AQ_IDENTITY = 0,
  AQ_RELU,
  AQ_GELU,
  AQ_SILU,
};

/// out[i, j] = round(activation(sums[i, j] + bias[j])), to nearest even
///
/// The functions are those of aq_elements_args; relu is max(x, 0). Floats may be written where the sums
/// lie. A NaN becomes a quiet NaN.
typedef struct {
  size_t rows, columns;
  const float *_Nonnull sums;  // [rows][stride]
  size_t stride;
  const float *_Nullable bias;  // [columns]
  int32_t activation;
  void *_Nonnull out;  // [rows][out_stride] of what `form` says
  size_t out_stride;
  int32_t form;
} aq_finish_args;

/// A loop on registers alone: what the ports of one core can do at most.
typedef struct {
  size_t iterations;
  double operations;  // written: multiplications and additions done
} aq_peak_args;

/// The same where sums become floats after each slice, as those of a product of codes do.
typedef struct {
  size_t slices, codes;          // `codes` of each slice
  size_t scales, zeros, biases;  // left scales, zero points and biases, whose products each sum takes beside
  double operations;             // written, of the codes alone
} aq_peak_fold_args;

/// A loop that reads every byte once, and keeps their sum by words so that no compiler leaves a load out.
typedef struct {
  const uint8_t *_Nonnull bytes;
  size_t count;  // a multiple of 512
  uint64_t sum;  // written
} aq_read_args;

#endif
