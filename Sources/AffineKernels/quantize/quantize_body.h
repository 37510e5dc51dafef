#include "affine_kernels.h"
#include "../inline.h"

// The plain loops, for the compiler to vectorize.

INLINE void join_range(
    float value, float *low, float *high, bool *finite) {
  *low = value < *low ? value : *low;
  *high = value > *high ? value : *high;
  *finite &= value - value == 0;
}

INLINE uint8_t code_of(
    float value, float inverse, float zero, float low, float high) {
  float code = __builtin_rintf(value * inverse) + zero;
  code = code < low ? low : code > high ? high : code;
  return (uint8_t)(int32_t)code;
}

/// `run` is the place of the parameters.
INLINE uint8_t quantize_one(
    const aq_quantize_args *a, float value, size_t run) {
  return code_of(value, a->inverse[run], a->zero_point[run], a->low, a->high);
}

/// A run: the extremes of every eighth value, so that no value waits for the one before.
INLINE void join_run(
    const float *values, size_t count, float *least, float *most, bool *finite) {
  enum { PARTS = 8 };
  float low[PARTS], high[PARTS];
  uint32_t largest[PARTS] = {0};
  for (int p = 0; p < PARTS; ++p) low[p] = *least, high[p] = *most;
  size_t i = 0;
  for (; i + PARTS <= count; i += PARTS)
    for (int p = 0; p < PARTS; ++p) {
      float value = values[i + (size_t)p];
      uint32_t bits;
      __builtin_memcpy(&bits, &value, sizeof bits);
      bits &= 0x7fffffff;
      low[p] = value < low[p] ? value : low[p];
      high[p] = value > high[p] ? value : high[p];
      largest[p] = bits > largest[p] ? bits : largest[p];
    }
  for (int p = 0; p < PARTS; ++p) {
    *least = low[p] < *least ? low[p] : *least;
    *most = high[p] > *most ? high[p] : *most;
    *finite &= largest[p] < 0x7f800000;
  }
  for (; i < count; ++i) join_range(values[i], least, most, finite);
}

/// A row of runs of one column.
INLINE void join_columns(
    const float *values, size_t count, float *low, float *high, bool *finite) {
  uint32_t largest = 0;
  for (size_t i = 0; i < count; ++i) {
    uint32_t bits;
    __builtin_memcpy(&bits, values + i, sizeof bits);
    bits &= 0x7fffffff;
    low[i] = values[i] < low[i] ? values[i] : low[i];
    high[i] = values[i] > high[i] ? values[i] : high[i];
    largest = bits > largest ? bits : largest;
  }
  *finite &= largest < 0x7f800000;
}

INLINE void range_body(aq_range_args *a) {
  bool finite = true;
  for (size_t i = 0; i < a->rows; ++i) {
    const float *values = a->values + i * a->stride;
    float *minimum = a->minimum + i * a->ranges_stride, *maximum = a->maximum + i * a->ranges_stride;
    if (!a->ends) {
      join_columns(values, a->runs, minimum, maximum, &finite);
      continue;
    }
    for (size_t r = 0, c = 0; r < a->runs; c = a->ends[r++])
      join_run(values + c, a->ends[r] - c, minimum + r, maximum + r, &finite);
  }
  a->is_finite = finite;
}

/// Columns that share the parameters at `run`, or of which each has its own from there on.
INLINE void quantize_run(
    const aq_quantize_args *a, const float *values, size_t count, size_t run, const bool each,
    uint8_t *codes) {
  const float *inverses = a->inverse + run, *zeros = a->zero_point + run;
  const float inverse = *inverses, zero = *zeros, low = a->low, high = a->high;
  for (size_t i = 0; i < count; ++i)
    codes[i] = code_of(values[i], each ? inverses[i] : inverse, each ? zeros[i] : zero, low, high);
}

INLINE void quantize_body(const aq_quantize_args *a) {
  for (size_t i = 0; i < a->rows; ++i) {
    const float *values = a->values + i * a->stride;
    uint8_t *codes = a->codes + i * a->codes_stride;
    size_t run = i * a->parameters_stride;
    if (!a->ends) {
      quantize_run(a, values, a->runs, run, true, codes);
      continue;
    }
    for (size_t r = 0, c = 0; r < a->runs; c = a->ends[r++])
      quantize_run(a, values + c, a->ends[r] - c, run + r, false, codes + c);
  }
}

/// The columns of a few rows, of which each has its own parameters, and a run of one row.
typedef void columns_encoder(
    const aq_quantize_args *a, const float *values, uint8_t *codes, size_t run, const size_t rows);
typedef size_t run_encoder(
    const aq_quantize_args *a, const float *values, uint8_t *codes, size_t c, size_t end, size_t run);

/// All rows, some at a time where their columns share parameters; what is called is known where this is inlined.
INLINE void quantize_rows(
    const aq_quantize_args *a, columns_encoder *encode_columns, run_encoder *encode_run) {
  enum { ROWS = 4 };
  size_t i = 0;
  if (!a->ends && a->parameters_stride == 0)
    for (; i + ROWS <= a->rows; i += ROWS)
      encode_columns(a, a->values + i * a->stride, a->codes + i * a->codes_stride, 0, ROWS);
  for (; i < a->rows; ++i) {
    const float *values = a->values + i * a->stride;
    uint8_t *codes = a->codes + i * a->codes_stride;
    size_t c = 0, run = i * a->parameters_stride;
    if (!a->ends) encode_columns(a, values, codes, run, 1);
    else
      for (size_t r = 0; r < a->runs; ++r) c = encode_run(a, values, codes, c, a->ends[r], run + r);
  }
}

/// The ranges of the columns of a few rows, and those of the runs of one row; whether all values are finite.
typedef bool columns_range(
    const aq_range_args *a, const float *values, float *minimum, float *maximum, const size_t rows);
typedef bool runs_range(const aq_range_args *a, const float *values, float *minimum, float *maximum);

/// All rows, `together` at a time where their columns share ranges.
INLINE void range_of_rows(
    aq_range_args *a, const size_t together, columns_range *range_of_columns, runs_range *range_of_runs) {
  bool finite = true;
  size_t i = 0;
  if (!a->ends && a->ranges_stride == 0)
    for (; i + together <= a->rows; i += together)
      finite &= range_of_columns(a, a->values + i * a->stride, a->minimum, a->maximum, together);
  for (; i < a->rows; ++i) {
    const float *values = a->values + i * a->stride;
    float *minimum = a->minimum + i * a->ranges_stride, *maximum = a->maximum + i * a->ranges_stride;
    finite &= a->ends ? range_of_runs(a, values, minimum, maximum)
                      : range_of_columns(a, values, minimum, maximum, 1);
  }
  a->is_finite = finite;
}
