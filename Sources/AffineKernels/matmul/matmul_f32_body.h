#include "affine_kernels.h"

// One tile of a float product, written once for every vector width. The file that includes it
// defines, for its instruction set: `WIDTH` (floats of a vector), `ROWS` (lhs lanes), the type
// `floats` and the operations below on it.

enum { VECTORS = 2, COLUMNS = VECTORS * WIDTH };

/// The vector of row `i`, from columns that may be fewer than a vector has.
static inline __attribute__((always_inline)) floats load_part(const float *row, size_t columns) {
  float lanes[WIDTH] = {0};
  for (size_t j = 0; j < WIDTH && j < columns; ++j) lanes[j] = row[j];
  return load_floats(lanes);
}

static inline __attribute__((always_inline)) void store_part(float *row, size_t columns, floats values) {
  float lanes[WIDTH];
  store_floats(lanes, values);
  for (size_t j = 0; j < WIDTH && j < columns; ++j) row[j] = lanes[j];
}

static inline __attribute__((always_inline)) void tile_of_rows(const aq_matmul_f32_args *t, const int rows) {
  const float *lhs = t->lhs, *rhs = t->rhs;
  size_t second = t->columns > WIDTH ? t->columns - WIDTH : 0;
  floats sums[ROWS][VECTORS];
  for (int i = 0; i < rows; ++i) {
    sums[i][0] = sums[i][1] = zero_floats();
    if (t->accumulate && (size_t)i < t->rows) {
      const float *row = t->out + (size_t)i * t->stride;
      sums[i][0] = load_part(row, t->columns);
      if (second) sums[i][1] = load_part(row + WIDTH, second);
    }
  }
  for (size_t k = 0; k < t->depth; ++k) {
    floats b0 = load_floats(rhs), b1 = load_floats(rhs + WIDTH);
    for (int i = 0; i < rows; ++i) {
      floats a = broadcast_float(lhs + i);
      sums[i][0] = add_product(a, b0, sums[i][0]);
      sums[i][1] = add_product(a, b1, sums[i][1]);
    }
    lhs += ROWS;
    rhs += COLUMNS;
  }
  for (int i = 0; i < rows && (size_t)i < t->rows; ++i) {
    float *row = t->out + (size_t)i * t->stride;
    if (t->columns == COLUMNS) {
      store_floats(row, sums[i][0]);
      store_floats(row + WIDTH, sums[i][1]);
    } else {
      store_part(row, t->columns, sums[i][0]);
      if (second) store_part(row + WIDTH, second, sums[i][1]);
    }
  }
}
