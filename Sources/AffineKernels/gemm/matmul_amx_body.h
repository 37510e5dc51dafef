#include "amx_tiles.h"
#include "amx_steps.h"
#include "matmul_i8_body.h"
#include "matmul_amx_slice.h"
#include "matmul_amx_fold.h"
#include "each_right_panel.h"

// Products of codes by AMX. The file that includes it defines `NIBBLES`.

/// The products of one slice, [ROWS][PANEL_LANES].
INLINE void slice_sums(
    const uint8_t *lhs, size_t start, const uint8_t *rhs, size_t slice_groups, size_t step, size_t rows, int tiles,
    int32_t *sums) {
  uint8_t left_bytes[ROWS * 64] __attribute__((aligned(64)));
  uint8_t right_bytes[TILE_QUADS * QUAD_BYTES] __attribute__((aligned(64)));
  clear_sums();
  for (size_t q = 0; q < slice_groups; q += step) {
    size_t present = slice_groups - q < step ? slice_groups - q : step;
    const uint8_t *right = right_step(rhs + q * QUAD_BYTES, present, step, right_bytes);
    const uint8_t *left = left_step(lhs, start + 4 * q, rows, present, step, left_bytes);
    ADD_STEP(_tile_dpbsud, left, right, tiles);
  }
  store_sums(sums, tiles);
}

INLINE void amx_panel(
    const aq_matmul_i8_args *t, const uint8_t *rhs, size_t panel, size_t rows, size_t step, int terms) {
  size_t start = 0;
  const uint8_t *lhs = (const uint8_t *)t->lhs + panel * ((t->groups + 15) / 16) * STEP_BYTES;
  // A few slices at a time, so that a row of the result is read and written once for all of them.
  int32_t products[BATCH][ROWS * PANEL_LANES] __attribute__((aligned(64)));
  floats out[ROWS][VECTORS];
  for (size_t i = 0; i < ROWS; ++i)
    for (int v = 0; v < VECTORS; ++v) out[i][v] = zero_floats();
  int tiles = configure(step, rows);
  for (size_t first = 0, end; first < t->slices; first = end) {
    end = t->slices - first < BATCH ? t->slices : first + BATCH;
    for (size_t s = first; s < end; ++s) {
      slice_sums(lhs, start, rhs, t->slice_groups[s], step, rows, tiles, products[s - first]);
      start += 4 * (size_t)t->slice_groups[s];
      rhs += QUAD_BYTES * (size_t)t->slice_groups[s];
    }
    fold_slices(t, panel, first, products[0], end - first, rows, terms, out);
  }
  for (size_t i = 0; i < rows; ++i) write_out(t, panel * ROWS + i, 1, true, out + i);
}

/// The right codes one a byte: as they lie, or taken apart.
static const uint8_t *right_bytes(const aq_matmul_i8_args *t) {
  if (!NIBBLES) return t->rhs;
  for (size_t q = 0; q < t->groups; ++q) {
    ints codes[VECTORS];
    split_nibbles(t->rhs + q * QUAD_BYTES / 2, codes);
    for (int v = 0; v < VECTORS; ++v)
      _mm512_storeu_si512(t->scratch + q * QUAD_BYTES + 64 * (size_t)v, codes[v]);
  }
  return t->scratch;
}

/// Several slices, one right panel.
static void folded_panels(const aq_matmul_i8_args *t) {
  const size_t step = quads_of_step(t->slice_groups, t->slices, 1);
  const uint8_t *rhs = right_bytes(t);
  const int terms = fold_terms(t);
  for (size_t panel = 0; panel * ROWS < t->rows; ++panel) {
    size_t left = t->rows - panel * ROWS;
    amx_panel(t, rhs, panel, left < ROWS ? left : ROWS, step, terms);
  }
  // The state is large; a thread that keeps it pays for it at every switch.
  _tile_release();
}

static void amx_panels(const aq_matmul_i8_args *args) {
  // A copy, so that no store may change what the arguments are.
  const aq_matmul_i8_args copy = *args;
  if (copy.slices == 1) slice_panels(&copy, right_bytes(&copy));
  else each_right_panel(&copy, copy.groups * QUAD_BYTES / (NIBBLES ? 2 : 1), folded_panels);
}
