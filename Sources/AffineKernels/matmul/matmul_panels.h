// Tiles whose sums stay in registers, by `sum_quads`, which adds the products of some quads to sums; for
// every left panel, a last one of fewer rows costing what its rows cost.

/// Up to `rows` rows of one left panel.
INLINE void tile_of_rows(const aq_matmul_i8_args *t, size_t panel, const int rows) {
  const uint8_t *lhs = (const uint8_t *)t->lhs + panel * t->quads * LHS_BYTES, *rhs = t->rhs;
  floats out[ROWS][VECTORS];
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) out[i][v] = zero_floats();
  for (size_t s = 0; s < t->slices; ++s) {
    size_t l = (panel * t->slices + s) * ROWS, r = s * COLUMNS, quads = t->slice_quads[s];
    ints sums[ROWS][VECTORS];
    start_sums(t, l, r, rows, sums);
    sum_quads(lhs, rhs, quads, rows, sums);
    if (t->sums) write_sums(t, s, panel * ROWS, rows, sums);
    else fold(t, l, r, rows, sums, out);
    lhs += quads * LHS_BYTES;
    rhs += quads * RHS_BYTES;
  }
  if (!t->sums) write_out(t, panel * ROWS, rows, out);
}

#include "each_panel.h"

static void all_panels(const aq_matmul_i8_args *t) {
#define TILE(panel, rows) tile_of_rows(t, panel, rows)
  EACH_PANEL(t, (size_t)ROWS, TILE)
}
