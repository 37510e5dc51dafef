// Tiles whose sums stay in registers, by `sum_quads`, which adds the products of some quads to sums; for
// every left panel, a last one of fewer rows costing what its rows cost. Where sums are of 16 bits first, `sum_few`
// gives those of one quad to as many as fit, SHORT_SLICE.

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
#ifdef SHORT_SLICE
  // Starts are added last: there are too few registers to keep them beside sums of 16 bits.
  const size_t quads = t->slice_groups[slice];
  if (rows > 1 && quads > 0 && quads <= SHORT_SLICE(t)) {
    sum_few(lhs, rhs, quads, rows, sums);
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

/// The slices from `first` to `end` of up to `rows` rows of one left panel.
INLINE void slices_of_rows(
    const aq_matmul_i8_args *t, const slice_numbers *numbers, size_t panel, size_t first, size_t end,
    const uint8_t *lhs, const uint8_t *rhs, const int rows, const int terms, floats out[][VECTORS]) {
  for (size_t s = first; s < end; ++s) {
    slice_of_rows(t, numbers, panel, s, s - first, lhs, rhs, rows, terms, !FEW_REGISTERS, out);
    lhs += (size_t)t->slice_groups[s] * LHS_BYTES;
    rhs += (size_t)t->slice_groups[s] * RHS_BYTES;
  }
}

#if FEW_REGISTERS
/// The same as functions of their own: inlined among all that lives around it, a compiler spills sums in every turn of
/// the innermost loop.
#define SLICES_FUNCTION(terms, count)                                                                       \
  static __attribute__((noinline)) void slices_##count##_##terms(                                           \
      const aq_matmul_i8_args *t, const slice_numbers *numbers, size_t panel, size_t first, size_t end,     \
      const uint8_t *lhs, const uint8_t *rhs, floats out[][VECTORS]) {                                      \
    slices_of_rows(t, numbers, panel, first, end, lhs, rhs, count, terms, out);                             \
  }
EACH_TERMS(SLICES_FUNCTION, 1)
EACH_TERMS(SLICES_FUNCTION, 2)
EACH_TERMS(SLICES_FUNCTION, 3)
EACH_TERMS(SLICES_FUNCTION, 4)
#if MOST_ROWS > 4
EACH_TERMS(SLICES_FUNCTION, 5)
EACH_TERMS(SLICES_FUNCTION, 6)
#endif

/// Calls the function of a number of rows, and leaves the switch around it.
#define SLICES_CASE(terms, count) \
  case terms: slices_##count##_##terms(t, numbers, panel, first, end, lhs, rhs, out); break;
#define SLICES(count)                 \
  switch (terms) {                    \
    EACH_TERMS(SLICES_CASE, count)    \
  }                                   \
  break

INLINE void add_slices(
    const aq_matmul_i8_args *t, const slice_numbers *numbers, size_t panel, size_t first, size_t end,
    const uint8_t *lhs, const uint8_t *rhs, const int rows, const int terms, floats out[][VECTORS]) {
  switch (rows) {
    case 1: SLICES(1);
    case 2: SLICES(2);
    case 3: SLICES(3);
#if MOST_ROWS > 4
    case 4: SLICES(4);
    case 5: SLICES(5);
    default: SLICES(6);
#else
    default: SLICES(4);
#endif
  }
}

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

/// The same, to and from where results lie.
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
  floats out[ROWS][VECTORS];
  if (first > 0) {
    load_out(t, panel * ROWS, rows, out);
  } else {
    for (int i = 0; i < rows; ++i)
      for (int v = 0; v < VECTORS; ++v) out[i][v] = zero_floats();
  }
#if FEW_REGISTERS
  add_slices(t, numbers, panel, first, end, lhs, rhs, rows, terms, out);
  write_out(t, panel * ROWS, rows, end == t->slices, out);
#else
  // Copies, since what is read and written row by row may lie in memory: results stay in registers.
  floats sums[ROWS][VECTORS], after[ROWS][VECTORS];
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) sums[i][v] = out[i][v];
  slices_of_rows(t, numbers, panel, first, end, lhs, rhs, rows, terms, sums);
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) after[i][v] = sums[i][v];
  write_out(t, panel * ROWS, rows, end == t->slices, after);
#endif
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
