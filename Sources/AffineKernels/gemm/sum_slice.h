// The products of a slice. Meanwhile codes are asked for. One row, alone in the last block of a matrix or where no kernel
// of one row is, reads each once and asks for those some way ahead. Where several left panels pass by a right one, each asks for its part of the next: else the first waits for
// what it reads from memory, and the others leave memory idle.

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
  if (HAS_TERM(terms, LEFT_ZEROS, t->lhs_zero)) ask_for_lanes(t->rhs_total, r, 4);
  if (HAS_TERM(terms, RIGHT_ZEROS, t->rhs_zero)) ask_for_lanes(t->rhs_zero, r, 4);
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

/// What left panels, several, ask for while they pass by a chunk of codes, which others follow: nothing where the two
/// would take more than a quarter of the second-level cache that cores with such vectors have, 512 KiB with 32 bytes.
INLINE void set_asked(const aq_matmul_i8_args *t, const uint8_t *codes, size_t bytes, slice_numbers *numbers) {
  if (t->rows <= ROWS || bytes > (size_t)WIDTH << 13) return;
  numbers->codes = codes;
  numbers->next = codes + bytes;
  numbers->row_bytes = (bytes << 16) / t->rows;
  numbers->share = (1 << 16) / t->rows;
  numbers->quads = ASKED_BYTES * t->rows / (ROWS * RHS_BYTES);
}

/// Asks for the lines that end before a place, in 1 / 65536 of a byte, and not before another. They come into the
/// second-level cache, from where a right panel is read.
INLINE void ask_for_lines(const uint8_t *codes, size_t start, size_t end) {
  for (size_t line = start >> 22; line < end >> 22; ++line)
    __builtin_prefetch((const void *)((uintptr_t)codes + 64 * line), 0, 2);
}

/// The products of a long slice in parts, so that requests are spread.
INLINE void sum_asking(
    const aq_matmul_i8_args *t, const slice_numbers *numbers, size_t panel, const uint8_t *lhs, const uint8_t *rhs,
    size_t quads, const int rows, ints sums[][VECTORS]) {
  (void)t;  // which some SUM_QUADS take
  size_t asked = panel * ROWS * numbers->row_bytes;
  asked += (size_t)(rhs - numbers->codes) * (size_t)rows * numbers->share;
  for (size_t part; quads > 0; quads -= part) {
    part = quads < numbers->quads ? quads : numbers->quads;
    const size_t end = asked + part * RHS_BYTES * (size_t)rows * numbers->share;
    ask_for_lines(numbers->next, asked, end);
    asked = end;
    SUM_ASKED_QUADS(t, lhs, rhs, part, rows, sums);
    lhs += part * LHS_BYTES;
    rhs += part * RHS_BYTES;
  }
}

/// The products of a slice. Only where `asks` is true may codes of the next panel be asked for: short slices, of which
/// there are many, would take longer for it.
INLINE void sum_slice(
    const aq_matmul_i8_args *t, const slice_numbers *numbers, size_t panel, size_t slice, const uint8_t *lhs,
    const uint8_t *rhs, const int rows, const int terms, const bool asks, ints sums[][VECTORS]) {
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
  if (asks && bytes >= ASKED_BYTES && numbers->next) sum_asking(t, numbers, panel, lhs, rhs, quads, rows, sums);
  else SUM_QUADS(t, lhs, rhs, quads, rows, sums);
}
