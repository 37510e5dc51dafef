#include "affine_kernels.h"
#include "columns.h"

// A product of floats, written once for every vector width. The file that includes it defines the
// vectors and `ROWS` (the most lhs lanes). A tile is ROWS by 2 vectors, so that all sums stay in registers.

enum { COLUMNS = VECTORS * WIDTH };

/// Up to `rows` rows of one left panel.
INLINE void tile_of_rows(const aq_matmul_f32_args *t, size_t panel, const int rows) {
  size_t lanes = t->lhs_lanes;
  const float *lhs = t->lhs + panel * t->depth * lanes, *rhs = t->rhs;
  size_t second = t->columns > WIDTH ? t->columns - WIDTH : 0;
  float *out = t->out + panel * lanes * t->stride;
  floats sums[ROWS][VECTORS];
  for (int i = 0; i < rows; ++i) {
    sums[i][0] = sums[i][1] = zero_floats();
    if (!t->accumulate) continue;
    const float *row = out + (size_t)i * t->stride;
    if (t->columns == COLUMNS) {
      sums[i][0] = load_floats(row);
      sums[i][1] = load_floats(row + WIDTH);
    } else {
      sums[i][0] = load_columns(row, t->columns);
      if (second) sums[i][1] = load_columns(row + WIDTH, second);
    }
  }
  for (size_t k = 0; k < t->depth; ++k) {
    floats b0 = load_floats(rhs), b1 = load_floats(rhs + WIDTH);
    left_floats left = load_left(lhs, rows);
    for (int i = 0; i < rows; ++i) {
      floats a = left_float(left, i);
      sums[i][0] = add_product(a, b0, sums[i][0]);
      sums[i][1] = add_product(a, b1, sums[i][1]);
    }
    lhs += lanes;
    rhs += COLUMNS;
  }
  for (int i = 0; i < rows; ++i) {
    float *row = out + (size_t)i * t->stride;
    if (t->columns == COLUMNS) {
      store_floats(row, sums[i][0]);
      store_floats(row + WIDTH, sums[i][1]);
    } else {
      store_columns(row, t->columns, sums[i][0]);
      if (second) store_columns(row + WIDTH, second, sums[i][1]);
    }
  }
}

#include "each_panel.h"

static void all_panels(const aq_matmul_f32_args *t) {
#define TILE(panel, rows) tile_of_rows(t, panel, rows)
  EACH_PANEL(t, t->lhs_lanes, TILE)
}
