#ifndef AFFINE_QUANTIZE_H
#define AFFINE_QUANTIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Values to codes and back.

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

/// sum[r] += magnitudes of run r, row by row; smallest[r] = min(smallest[r], those that are not zero), and
/// largest[r] = max(largest[r], all of them)
///
/// Runs as above, of finite values. The sum of a row's run is eight sums in doubles, of every eighth value, added in
/// ascending order.
typedef struct {
  const float *_Nonnull values;  // [rows][stride]
  size_t rows, stride;
  size_t runs;
  const size_t *_Nullable ends;  // [runs], ascending; NULL: runs of one column
  double *_Nonnull sum;          // [runs]
  float *_Nonnull smallest;      // [runs]
  float *_Nonnull largest;       // [runs]
} aq_magnitudes_args;

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
  bool streams;                      // codes may be written past the caches: they are not read soon
} aq_quantize_args;

/// codes[k] = round_half_even(values[k] * (1 / scale[s])), scale[s] = max(largest / 127, smallest)
///
/// One row, slice after slice, each padded with zero codes to whole quads; `largest` is the largest
/// magnitude of the slice, or of the row where it has one scale. The padded row lies in runs. Of a row
/// with values that are not finite, what is written is undefined but for `is_finite`.
typedef struct {
  const float *_Nonnull values;
  size_t slices;                         // at least 1
  const size_t *_Nonnull ends;           // [slices], ascending
  const uint32_t *_Nonnull slice_quads;  // [slices]
  bool one_scale;
  float smallest;                        // with a finite reciprocal
  int8_t *_Nonnull codes;                // code p at (p / run) * run_stride + p % run
  size_t run, run_stride;
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

/// How a number between two codes becomes one of them.
enum { AQ_NEAREST = 0, AQ_DOWN, AQ_TO_ZERO, AQ_AT_RANDOM };
/// What operations round to.
enum { AQ_IN_F32 = 0, AQ_IN_F16, AQ_IN_BF16 };
/// What codes stand for.
enum { AQ_WHOLE_CODES = 0, AQ_FLOAT_CODES, AQ_TABLE_CODES };

/// codes[i][c] = code((values[i][c] - shift[r]) / factor[r]), or times factor[r] where `multiplies`
///
/// Difference and quotient, or product, round to float and then to the type of `arithmetic`; runs and
/// parameters as above. Of a number x, round(x) by `rounding`, at random as for aq_dither_args:
/// whole codes: clamp(round(x) + zero_point[r], low, high), where low is the code of NaN
/// floats: x is clamped to low and high, then is round(x / u) * u where u is the distance of the format's
///   numbers in the binade of x; the code is the bit pattern, `last` at most but for the sign, 0 for NaN
/// table: the last entry i that is not above x, plus round((x - t[i]) / (t[i+1] - t[i])); 0 below the first
///   entry and for NaN, `last` from the last entry on
typedef struct {
  const float *_Nonnull values;      // [rows][stride]
  size_t rows, stride;
  size_t runs;
  const size_t *_Nullable ends;      // [runs]; NULL: runs of one column
  const float *_Nonnull shift;       // [rows][parameters_stride]
  const float *_Nonnull factor;      // [rows][parameters_stride]
  const float *_Nonnull zero_point;  // [rows][parameters_stride]
  size_t parameters_stride;          // `runs`, or 0: all rows have the same
  bool multiplies;
  int32_t arithmetic, rounding, kind;
  float low, high;
  int32_t last;
  int32_t bits, mantissa_bits;        // of floats: of the whole pattern, and of its mantissa
  const float *_Nonnull table;        // [257], ascending; the entries after `last` are infinite
  const float *_Nonnull thresholds;   // [257], likewise: from thresholds[i] on the nearest code is i
  uint64_t key, first;                // as in aq_dither_args
  size_t elements_stride;
  uint8_t *_Nonnull codes;            // [rows][codes_stride], one a byte
  size_t codes_stride;
} aq_quantize_any_args;

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
  bool streams;                       // values may be written past the caches: they are not read soon
} aq_dequantize_args;

/// values[c] = table[code[c]] * scale[r] + bias[r]
///
/// One row of codes, one a byte. Product and sum round separately (no fma).
typedef struct {
  const uint8_t *_Nonnull codes;
  size_t runs;
  const size_t *_Nonnull ends;    // [runs]
  const float *_Nonnull table;    // [256], of which codes of `bits` bits name the first
  uint32_t bits;
  const float *_Nonnull scale;    // [runs]
  const float *_Nullable bias;    // [runs], NULL: no such term
  float *_Nonnull values;
} aq_lookup_args;

/// widen: floats[i] = halves[i]; round: halves[i] = floats[i], to nearest even; of binary16 or bfloat16
typedef struct {
  size_t count;
  uint16_t *_Nonnull halves;
  float *_Nonnull floats;
} aq_halves_args;

#endif
