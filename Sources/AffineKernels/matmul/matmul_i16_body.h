#include "affine_kernels.h"

// One tile of an integer product, written once for every vector width. The file that includes it
// defines, for its instruction set: `WIDTH` (32-bit lanes of a vector), `ROWS` (lhs lanes), the types
// `ints` and `floats`, and the operations below on them. A tile is ROWS by 2 vectors, so that all
// accumulators stay in registers.

enum { VECTORS = 2, COLUMNS = VECTORS * WIDTH };

/// Pairs whose sum surely fits in 32 bits: 2 * 255 * 255 * 16384 < 2^31.
enum { EXACT_PAIRS = 16384 };

/// Sums `pairs` pairs of `rows` rows and all columns.
static inline __attribute__((always_inline)) void sum_pairs(
    const int16_t *lhs, const int16_t *rhs, size_t pairs, const int rows, ints sums[ROWS][VECTORS]) {
  for (int i = 0; i < rows; ++i) sums[i][0] = sums[i][1] = zero_ints();
  for (size_t p = 0; p < pairs; ++p) {
    ints b0 = load_pairs(rhs), b1 = load_pairs(rhs + 2 * WIDTH);
    for (int i = 0; i < rows; ++i) {
      ints a = broadcast_pair(lhs + 2 * i);
      sums[i][0] = add_dot(sums[i][0], a, b0);
      sums[i][1] = add_dot(sums[i][1], a, b1);
    }
    lhs += 2 * ROWS;
    rhs += 2 * COLUMNS;
  }
}

/// The exact sums of a slice of any length, spilled to 64 bits every EXACT_PAIRS.
static void sum_deep(const int16_t *lhs, const int16_t *rhs, size_t pairs, int64_t sums[ROWS][COLUMNS]) {
  ints part[ROWS][VECTORS];
  int32_t lanes[WIDTH];
  for (int i = 0; i < ROWS; ++i)
    for (int j = 0; j < COLUMNS; ++j) sums[i][j] = 0;
  for (size_t start = 0; start < pairs; start += EXACT_PAIRS) {
    size_t count = pairs - start < EXACT_PAIRS ? pairs - start : EXACT_PAIRS;
    sum_pairs(lhs + start * 2 * ROWS, rhs + start * 2 * COLUMNS, count, ROWS, part);
    for (int i = 0; i < ROWS; ++i) {
      for (int v = 0; v < VECTORS; ++v) {
        store_ints(lanes, part[i][v]);
        for (int j = 0; j < WIDTH; ++j) sums[i][v * WIDTH + j] += lanes[j];
      }
    }
  }
}

/// out = fma(float(sums) * lhs_scale, rhs_scale, out), then the bias terms.
static inline __attribute__((always_inline)) void fold(
    const aq_matmul_i16_args *t, size_t slice, const int rows, floats sums[ROWS][VECTORS],
    floats out[ROWS][VECTORS]) {
  size_t l = slice * ROWS, r = slice * COLUMNS;
  floats scale0 = load_floats(t->rhs_scale + r), scale1 = load_floats(t->rhs_scale + r + WIDTH);
  for (int i = 0; i < rows; ++i) {
    floats scale = broadcast_float(t->lhs_scale + l + i);
    out[i][0] = add_product(multiply(sums[i][0], scale), scale0, out[i][0]);
    out[i][1] = add_product(multiply(sums[i][1], scale), scale1, out[i][1]);
  }
  for (int i = 0; t->rhs_bias && i < rows; ++i) {
    floats sum = broadcast_float(t->lhs_sum + l + i);
    for (int v = 0; v < VECTORS; ++v)
      out[i][v] = add_product(sum, load_floats(t->rhs_bias + r + v * WIDTH), out[i][v]);
  }
  for (int i = 0; t->lhs_bias && i < rows; ++i) {
    floats bias = broadcast_float(t->lhs_bias + l + i);
    for (int v = 0; v < VECTORS; ++v)
      out[i][v] = add_product(bias, load_floats(t->rhs_sum + r + v * WIDTH), out[i][v]);
  }
}

/// The rare long slice: its sums round to float once.
static void fold_deep(
    const aq_matmul_i16_args *t, size_t slice, const int16_t *lhs, const int16_t *rhs,
    floats out[ROWS][VECTORS]) {
  int64_t sums[ROWS][COLUMNS];
  float lanes[WIDTH];
  floats rounded[ROWS][VECTORS];
  sum_deep(lhs, rhs, t->pairs[slice], sums);
  for (int i = 0; i < ROWS; ++i) {
    for (int v = 0; v < VECTORS; ++v) {
      for (int j = 0; j < WIDTH; ++j) lanes[j] = (float)sums[i][v * WIDTH + j];
      rounded[i][v] = load_floats(lanes);
    }
  }
  fold(t, slice, ROWS, rounded, out);
}

/// Only the exact sums.
static void write_sums(const aq_matmul_i16_args *t) {
  const int16_t *lhs = t->lhs, *rhs = t->rhs;
  int64_t *target = t->sums, sums[ROWS][COLUMNS];
  for (size_t s = 0; s < t->slices; ++s) {
    sum_deep(lhs, rhs, t->pairs[s], sums);
    for (size_t i = 0; i < t->rows; ++i)
      for (size_t j = 0; j < t->columns; ++j) *target++ = sums[i][j];
    lhs += (size_t)t->pairs[s] * 2 * ROWS;
    rhs += (size_t)t->pairs[s] * 2 * COLUMNS;
  }
}

static inline __attribute__((always_inline)) void tile_of_rows(const aq_matmul_i16_args *t, const int rows) {
  const int16_t *lhs = t->lhs, *rhs = t->rhs;
  floats out[ROWS][VECTORS];
  for (int i = 0; i < ROWS; ++i) out[i][0] = out[i][1] = zero_floats();
  for (size_t s = 0; s < t->slices; ++s) {
    if (t->pairs[s] > EXACT_PAIRS) {
      fold_deep(t, s, lhs, rhs, out);
    } else {
      ints sums[ROWS][VECTORS];
      floats converted[ROWS][VECTORS];
      sum_pairs(lhs, rhs, t->pairs[s], rows, sums);
      for (int i = 0; i < rows; ++i)
        for (int v = 0; v < VECTORS; ++v) converted[i][v] = to_floats(sums[i][v]);
      fold(t, s, rows, converted, out);
    }
    lhs += (size_t)t->pairs[s] * 2 * ROWS;
    rhs += (size_t)t->pairs[s] * 2 * COLUMNS;
  }
  for (int i = 0; i < rows && (size_t)i < t->rows; ++i) {
    float *row = t->out + (size_t)i * t->stride;
    if (t->columns == COLUMNS) {
      for (int v = 0; v < VECTORS; ++v) store_floats(row + v * WIDTH, out[i][v]);
    } else {
      float lanes[COLUMNS];
      for (int v = 0; v < VECTORS; ++v) store_floats(lanes + v * WIDTH, out[i][v]);
      for (size_t j = 0; j < t->columns; ++j) row[j] = lanes[j];
    }
  }
}
