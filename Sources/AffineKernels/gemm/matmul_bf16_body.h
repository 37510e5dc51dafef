#include "affine_kernels.h"
#include "columns.h"
#include "each_panel.h"
#include "sum_pairs.h"

// A product of pairs of bfloat16, written once for every vector width. The file that includes it defines the
// vectors and `ROWS` (the most lhs lanes).

enum { COLUMNS = VECTORS * WIDTH };

/// Up to `rows` rows of one left panel.
INLINE void tile_of_pairs(const aq_matmul_f32_args *t, size_t panel, const int rows) {
  size_t lanes = t->lhs_lanes, pairs = t->depth / 2;
  const uint32_t *lhs = (const uint32_t *)t->lhs + panel * pairs * lanes;
  float *out = t->out + panel * lanes * t->stride;
  floats sums[ROWS][VECTORS];
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) sums[i][v] = zero_floats();
  sum_pairs(lhs, lanes, (const uint32_t *)t->rhs, pairs, rows, sums);
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) {
      size_t start = (size_t)v * WIDTH, columns = t->columns > start ? t->columns - start : 0;
      float *row = out + (size_t)i * t->stride + start;
      if (columns >= WIDTH) {
        store_floats(row, t->accumulate ? add_floats(load_floats(row), sums[i][v]) : sums[i][v]);
      } else if (columns > 0) {
        floats before = t->accumulate ? load_columns(row, columns) : zero_floats();
        store_columns(row, columns, add_floats(before, sums[i][v]));
      }
    }
}

static void all_panels(const aq_matmul_f32_args *t) {
#define TILE(panel, rows) tile_of_pairs(t, panel, rows)
  EACH_PANEL(t, t->lhs_lanes, TILE)
}
