// Tiles whose sums stay in registers, by `sum_quads`, which adds the products of some quads to sums; for
// every left panel, a last one of fewer rows costing what its rows cost.

#include "each_panel.h"

#ifndef SUM_QUADS
#define SUM_QUADS(t, ...) sum_quads(__VA_ARGS__)
#endif

/// Asks for the codes and parameters that a slice like this one will need. One row reads each once, so they
/// need not stay; what lies behind the last panel is asked for in vain.
INLINE void ask_ahead(const aq_matmul_i8_args *t, size_t quads, const uint8_t *rhs, size_t r) {
  const size_t bytes = quads * RHS_BYTES, size = t->rhs_form == AQ_FLOATS ? 4 : 2;
  const uintptr_t codes = (uintptr_t)rhs + BYTES_AHEAD;
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch((const void *)(codes + i), 0, 0);
  if (t->rhs_form >= AQ_POWERS || bytes == 0) return;
  const size_t ahead = (r + (BYTES_AHEAD + bytes - 1) / bytes * COLUMNS) * size;
  for (size_t i = 0; i < COLUMNS * size; i += 64) {
    __builtin_prefetch((const void *)((uintptr_t)t->rhs_scale + ahead + i), 0, 0);
    if (t->rhs_bias) __builtin_prefetch((const void *)((uintptr_t)t->rhs_bias + ahead + i), 0, 0);
  }
}

/// One slice of up to `rows` rows of one left panel.
INLINE void slice_of_rows(
    const aq_matmul_i8_args *t, size_t panel, size_t slice, const uint8_t *lhs, const uint8_t *rhs,
    const int rows, floats out[][VECTORS]) {
  size_t l = (panel * t->slices + slice) * ROWS, r = slice * COLUMNS;
  ints sums[ROWS][VECTORS];
  if (rows == 1) ask_ahead(t, t->slice_groups[slice], rhs, r);
  start_sums(t, l, r, rows, sums);
  SUM_QUADS(t, lhs, rhs, t->slice_groups[slice], rows, sums);
  fold(t, l, r, rows, sums, out);
}

/// The same as a function of its own, where registers are few: inlined among all that lives around it,
/// a compiler spills sums in every turn of the innermost loop.
#define SLICE_FUNCTION(count)                                                                    \
  static __attribute__((noinline)) void slice_##count(                                           \
      const aq_matmul_i8_args *t, size_t panel, size_t slice, const uint8_t *lhs,                \
      const uint8_t *rhs, floats out[][VECTORS]) {                                               \
    slice_of_rows(t, panel, slice, lhs, rhs, count, out);                                        \
  }
#if FEW_REGISTERS
SLICE_FUNCTION(3)
SLICE_FUNCTION(4)
#if MOST_ROWS > 4
SLICE_FUNCTION(5)
SLICE_FUNCTION(6)
#endif
#endif

INLINE void add_slice(
    const aq_matmul_i8_args *t, size_t panel, size_t slice, const uint8_t *lhs, const uint8_t *rhs,
    const int rows, floats out[][VECTORS]) {
#if FEW_REGISTERS
  switch (rows) {
    // Two rows leave registers enough, and a call for each short slice would cost more than it saves.
    case 1: slice_of_rows(t, panel, slice, lhs, rhs, 1, out); break;
    case 2: slice_of_rows(t, panel, slice, lhs, rhs, 2, out); break;
    case 3: slice_3(t, panel, slice, lhs, rhs, out); break;
#if MOST_ROWS > 4
    case 4: slice_4(t, panel, slice, lhs, rhs, out); break;
    case 5: slice_5(t, panel, slice, lhs, rhs, out); break;
    default: slice_6(t, panel, slice, lhs, rhs, out); break;
#else
    default: slice_4(t, panel, slice, lhs, rhs, out); break;
#endif
  }
#else
  slice_of_rows(t, panel, slice, lhs, rhs, rows, out);
#endif
}

/// Up to `rows` rows of one left panel.
INLINE void tile_of_rows(const aq_matmul_i8_args *t, size_t panel, const int rows) {
  const uint8_t *lhs = (const uint8_t *)t->lhs + panel * t->groups * LHS_BYTES, *rhs = t->rhs;
  floats out[ROWS][VECTORS];
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) out[i][v] = zero_floats();
  for (size_t s = 0; s < t->slices; ++s) {
    add_slice(t, panel, s, lhs, rhs, rows, out);
    lhs += (size_t)t->slice_groups[s] * LHS_BYTES;
    rhs += (size_t)t->slice_groups[s] * RHS_BYTES;
  }
  write_out(t, panel * ROWS, rows, out);
}

static void all_panels(const aq_matmul_i8_args *t) {
#define TILE(panel, rows) tile_of_rows(t, panel, rows)
  EACH_PANEL(t, (size_t)ROWS, TILE)
}
