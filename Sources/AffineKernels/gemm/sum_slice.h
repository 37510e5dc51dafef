// The products of a slice. A row alone, which reads each code once, asks for what it will read.

/// Codes that are asked for at once: a core keeps few requests, and waits where there are more.
enum { ASKED_BYTES = 1024 };

/// Asks for codes, which need not stay; what lies behind the last panel is asked for in vain.
INLINE void ask_for_codes(const aq_matmul_i8_args *t, const uint8_t *rhs, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch((const void *)((uintptr_t)rhs + t->ahead + i), 0, 0);
}

/// Asks for the numbers of a slice, of which `r` counts the lanes.
INLINE void ask_for_lanes(const void *numbers, size_t r, size_t size) {
  for (size_t i = 0; i < COLUMNS * size; i += 64)
    __builtin_prefetch((const void *)((uintptr_t)numbers + r * size + i), 0, 0);
}

/// Asks for what belongs to the slice that comes so many bytes of codes later.
INLINE void ask_for_terms(const aq_matmul_i8_args *t, size_t bytes, size_t r, const int terms) {
  if (bytes == 0) return;
  r += (t->ahead + bytes - 1) / bytes * COLUMNS;
  if (t->rhs_form < AQ_POWERS) {
    const size_t size = t->rhs_form == AQ_FLOATS ? 4 : 2;
    ask_for_lanes(t->rhs_scale, r, size);
    if (t->rhs_bias) ask_for_lanes(t->rhs_bias, r, size);
  }
  if (terms != ANY_TERMS) return;
  if (t->lhs_zero) ask_for_lanes(t->rhs_total, r, 4);
  if (t->rhs_zero) ask_for_lanes(t->rhs_zero, r, 4);
}

/// The products of a long slice and one row, which asks for codes as it goes.
static __attribute__((noinline)) void sum_long_slice(
    const aq_matmul_i8_args *t, const uint8_t *lhs, const uint8_t *rhs, size_t quads, ints sums[][VECTORS]) {
  for (size_t part; quads > 0; quads -= part) {
    part = quads < ASKED_BYTES / RHS_BYTES ? quads : ASKED_BYTES / RHS_BYTES;
    ask_for_codes(t, rhs, part * RHS_BYTES);
    SUM_QUADS(t, lhs, rhs, part, 1, sums);
    lhs += part * LHS_BYTES;
    rhs += part * RHS_BYTES;
  }
}

/// The products of a slice.
INLINE void sum_slice(
    const aq_matmul_i8_args *t, size_t slice, const uint8_t *lhs, const uint8_t *rhs, const int rows,
    const int terms, ints sums[][VECTORS]) {
  const size_t quads = t->slice_groups[slice], bytes = quads * RHS_BYTES;
  if (rows == 1 && t->ahead > 0 && t->rows == 1) {
    ask_for_terms(t, bytes, slice * COLUMNS, terms);
    if (bytes > ASKED_BYTES) {
      // A copy, so that the sums themselves stay in registers.
      ints kept[1][VECTORS];
      for (int v = 0; v < VECTORS; ++v) kept[0][v] = sums[0][v];
      sum_long_slice(t, lhs, rhs, quads, kept);
      for (int v = 0; v < VECTORS; ++v) sums[0][v] = kept[0][v];
      return;
    }
    ask_for_codes(t, rhs, bytes);
  }
  SUM_QUADS(t, lhs, rhs, quads, rows, sums);
}
