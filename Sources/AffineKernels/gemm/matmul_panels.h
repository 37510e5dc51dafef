// Tiles whose sums stay in registers, by `sum_quads`, which adds the products of some quads to sums; for
// every left panel, a last one of fewer rows costing what its rows cost. Where sums are of 16 bits first, SUM_SHORT
// gives those of as many quads as fit, SHORT_SLICE.

#include "each_panel.h"

#ifndef SUM_QUADS
#define SUM_QUADS(t, ...) sum_quads(__VA_ARGS__)
#endif
// The same where codes are asked for already.
#ifndef SUM_ASKED_QUADS
#define SUM_ASKED_QUADS SUM_QUADS
#endif

#include "slice_numbers.h"

#include "sum_slice.h"

/// One slice of up to `rows` rows of one left panel; `place` is its place in a chunk.
INLINE void slice_of_rows(
    const aq_matmul_i8_args *t, const slice_numbers *numbers, size_t panel, size_t slice, size_t place,
    const uint8_t *lhs, const uint8_t *rhs, const int rows, const int terms, const bool asks,
    floats out[][VECTORS]) {
  size_t l = (panel * t->slices + slice) * ROWS, r = slice * COLUMNS;
  ints sums[ROWS][VECTORS];
#ifdef SUM_SHORT
  // Starts are added last: there are too few registers to keep them beside sums of 16 bits.
  if (rows > 1 && t->slice_groups[slice] <= SHORT_SLICE(t)) {
    SUM_SHORT(lhs, rhs, t->slice_groups[slice], rows, sums);
    add_starts(t, l, r, rows, terms, sums);
    fold_loaded(t, l, r, numbers, place, rows, terms, sums, out);
    return;
  }
#endif
  start_sums(t, l, r, rows, terms, sums);
  sum_slice(t, numbers, panel, slice, lhs, rhs, rows, terms, asks, sums);
  if (rows == 1) fold(t, l, r, rows, terms, sums, out);
  else fold_loaded(t, l, r, numbers, place, rows, terms, sums, out);
}

/// The same as a function of its own, where registers are few: inlined among all that lives around it,
/// a compiler spills sums in every turn of the innermost loop.
#define SLICE_FUNCTION(terms, count)                                                             \
  static __attribute__((noinline)) void slice_##count##_##terms(                                 \
      const aq_matmul_i8_args *t, const slice_numbers *numbers, size_t panel, size_t slice,      \
      size_t place, const uint8_t *lhs, const uint8_t *rhs, floats out[][VECTORS]) {                           \
    slice_of_rows(t, numbers, panel, slice, place, lhs, rhs, count, terms, false, out);                        \
  }
#if FEW_REGISTERS
EACH_TERMS(SLICE_FUNCTION, 3)
EACH_TERMS(SLICE_FUNCTION, 4)
#if MOST_ROWS > 4
EACH_TERMS(SLICE_FUNCTION, 5)
EACH_TERMS(SLICE_FUNCTION, 6)
#endif
#endif

/// Calls the function of a number of rows, and leaves the switch around it.
#define SLICE_CASE(terms, count) \
  case terms: slice_##count##_##terms(t, numbers, panel, slice, place, lhs, rhs, out); break;
#define SLICE(count)                  \
  switch (terms) {                    \
    EACH_TERMS(SLICE_CASE, count)     \
  }                                   \
  break

INLINE void add_slice(
    const aq_matmul_i8_args *t, const slice_numbers *numbers, size_t panel, size_t slice, size_t place,
    const uint8_t *lhs, const uint8_t *rhs, const int rows, const int terms, floats out[][VECTORS]) {
#if FEW_REGISTERS
  switch (rows) {
    // Two rows leave registers enough, and a call for each short slice would cost more than it saves.
    case 1: slice_of_rows(t, numbers, panel, slice, place, lhs, rhs, 1, terms, false, out); break;
    case 2: slice_of_rows(t, numbers, panel, slice, place, lhs, rhs, 2, terms, false, out); break;
    case 3: SLICE(3);
#if MOST_ROWS > 4
    case 4: SLICE(4);
    case 5: SLICE(5);
    default: SLICE(6);
#else
    default: SLICE(4);
#endif
  }
#else
  slice_of_rows(t, numbers, panel, slice, place, lhs, rhs, rows, terms, true, out);
#endif
}

#if FEW_REGISTERS
/// Results of whole rows of a panel go from registers to where they belong.
INLINE void write_registers(const aq_matmul_i8_args *t, size_t first, floats out[ROWS][VECTORS]) {
  if (t->columns < BLOCK_COLUMNS) {
    write_out(t, first, ROWS, true, out);
    return;
  }
  for (int i = 0; t->row_scale && i < ROWS; ++i)
    for (int v = 0; v < VECTORS; ++v) out[i][v] = multiply(out[i][v], broadcast_float(t->row_scale + first + i));
  for (int i = 0; i < ROWS; ++i)
    for (int v = 0; v < VECTORS; ++v) store_floats(t->out + (first + (size_t)i) * t->stride + v * WIDTH, out[i][v]);
}

/// All of a whole left panel, of one slice.
#define WHOLE_FUNCTION(terms, ...)                                                                                    \
  static __attribute__((noinline)) void whole_##terms(                                                                \
      const aq_matmul_i8_args *t, const slice_numbers *numbers, size_t panel, const uint8_t *lhs, const uint8_t *rhs) \
  {                                                                                                                   \
    floats out[ROWS][VECTORS];                                                                                        \
    for (int i = 0; i < ROWS; ++i)                                                                                    \
      for (int v = 0; v < VECTORS; ++v) out[i][v] = zero_floats();                                                    \
    slice_of_rows(t, numbers, panel, 0, 0, lhs, rhs, ROWS, terms, true, out);                                         \
    write_registers(t, panel * ROWS, out);                                                                            \
  }
EACH_TERMS(WHOLE_FUNCTION)
#endif

/// The slices from `first` to `end` of up to `rows` rows of one left panel.
INLINE void tile_of_rows(
    const aq_matmul_i8_args *t, const slice_numbers *numbers, size_t panel, size_t first, size_t end, size_t groups,
    const uint8_t *rhs, const int rows, const int terms) {
  const uint8_t *lhs = (const uint8_t *)t->lhs + (panel * t->groups + groups) * LHS_BYTES;
#if FEW_REGISTERS
  if (t->slices == 1 && rows == ROWS) {
#define WHOLE_CASE(terms, ...) case terms: whole_##terms(t, numbers, panel, lhs, rhs); return;
    switch (terms) { EACH_TERMS(WHOLE_CASE) }
  }
#endif
  // Copies, which may lie in memory where they are read and written row by row: results stay in registers.
  floats before[ROWS][VECTORS], out[ROWS][VECTORS], after[ROWS][VECTORS];
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) before[i][v] = zero_floats();
  if (first > 0) load_out(t, panel * ROWS, rows, before);
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) out[i][v] = before[i][v];
  for (size_t s = first; s < end; ++s) {
    add_slice(t, numbers, panel, s, s - first, lhs, rhs, rows, terms, out);
    lhs += (size_t)t->slice_groups[s] * LHS_BYTES;
    rhs += (size_t)t->slice_groups[s] * RHS_BYTES;
  }
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) after[i][v] = out[i][v];
  write_out(t, panel * ROWS, rows, end == t->slices, after);
}

/// All left panels pass by a chunk of slices, whose codes and scales stay near: those that are to be taken apart.
/// Codes that are no bytes come from `source`.
INLINE void panels_of_terms(const aq_matmul_i8_args *t, code_source *source, const int terms) {
  float kept[2][CHUNK * COLUMNS];
  slice_numbers numbers = {0};
  const uint8_t *next = t->rhs;
  for (size_t first = 0, end, groups = 0, quads; first < t->slices; first = end, groups += quads) {
    end = t->slices - first > CHUNK && (source || t->rhs_form != AQ_FLOATS) ? first + CHUNK : t->slices;
    quads = 0;
    for (size_t s = first; s < end; ++s) quads += t->slice_groups[s];
    const uint8_t *rhs = source ? source(t, &next, quads) : next;
    if (!source) next += quads * RHS_BYTES;
    // One row takes scales apart itself.
    if (t->rows > 1) {
      numbers = load_numbers(t, first, end, kept);
      if (!source) set_asked(t, rhs, quads * RHS_BYTES, &numbers);
    }
#define TILE_OF(panel, rows, terms) tile_of_rows(t, &numbers, panel, first, end, groups, rhs, rows, terms)
// A few tiles have rows of two blocks.
#define TILE(panel, rows)                                                                                       \
  do {                                                                                                          \
    if (terms == LEFT_BLOCKS && !shares_scales(t, panel *ROWS, rows)) TILE_OF(panel, rows, ANY_TERMS);          \
    else TILE_OF(panel, rows, terms);                                                                           \
  } while (0)
    EACH_PANEL(t, (size_t)ROWS, TILE)
  }
}

static void panels_from(const aq_matmul_i8_args *t, code_source *source) {
  switch (terms_of(t)) {
#define PANELS_CASE(terms, ...) case terms: panels_of_terms(t, source, terms); break;
    EACH_TERMS(PANELS_CASE)
  }
}

/// Defines the kernel, and what takes its codes from a source.
#define KERNEL_OF_PANELS(name)                                                                              \
  void name(void *args) { panels_from(args, NULL); }                                                        \
  void name##_from(const aq_matmul_i8_args *t, code_source *source) { panels_from(t, source); }
