// Several slices: products of a few of them in memory become parts of results.

enum { BATCH = 4, FOLD_ROWS = 8 };

/// Folds the products of the slices from `first` to `end` into FOLD_ROWS rows of the result. Rows of a
/// panel that do not exist are computed like others: there is room for them everywhere but in memory.
INLINE void fold_rows(
    const aq_matmul_i8_args *t, size_t panel, size_t row, size_t first, size_t end, const int32_t *products,
    floats out[][VECTORS]) {
  floats part[FOLD_ROWS][VECTORS];
  for (int i = 0; i < FOLD_ROWS; ++i)
    for (int v = 0; v < VECTORS; ++v) part[i][v] = out[i][v];
  for (size_t s = first; s < end; ++s, products += ROWS * PANEL_LANES) {
    size_t l = (panel * t->slices + s) * ROWS + row, r = s * COLUMNS;
    ints sums[FOLD_ROWS][VECTORS];
    start_sums(t, l, r, FOLD_ROWS, ANY_TERMS, sums);
    for (int i = 0; i < FOLD_ROWS; ++i)
      for (int v = 0; v < VECTORS; ++v)
        sums[i][v] = add_ints(sums[i][v], load_ints(products + (row + (size_t)i) * PANEL_LANES + 16 * v));
    fold(t, l, r, FOLD_ROWS, ANY_TERMS, sums, part);
  }
  for (int i = 0; i < FOLD_ROWS; ++i)
    for (int v = 0; v < VECTORS; ++v) out[i][v] = part[i][v];
}

/// Scales or biases of a batch of slices as floats: where they lie, or else in `to`. Apart from the folds, since it
/// has many cases.
static __attribute__((noinline)) const float *batch_numbers(
    const aq_matmul_i8_args *t, const void *numbers, const void *supers, size_t slice, size_t count, float *to) {
  const size_t first = slice * COLUMNS;
  if (t->rhs_form == AQ_FLOATS) return (const float *)numbers + first;
  for (size_t r = 0; r < count * COLUMNS; r += WIDTH)
    store_floats(to + r, load_scaled(numbers, t->rhs_form, &t->super, supers, first + r));
  return to;
}

/// The same for all rows, with the terms that most products have, and without the questions that each slice of a
/// row would ask. Slices with zero points are short.
INLINE void fold_batch(
    const aq_matmul_i8_args *t, size_t panel, size_t slice, const float *scales, const float *biases,
    const int32_t *products, const int count, size_t rows, const int terms, floats out[][VECTORS]) {
  floats scale[BATCH][VECTORS], bias[BATCH][VECTORS];
  ints total[BATCH][VECTORS], zero[BATCH][VECTORS];
  for (int c = 0; c < count; ++c)
    for (int v = 0; v < VECTORS; ++v) {
      size_t at = (size_t)c * COLUMNS + (size_t)v * WIDTH, r = slice * COLUMNS + at;
      scale[c][v] = load_floats(scales + at);
      if (terms & RIGHT_BIASES) bias[c][v] = load_floats(biases + at);
      if (terms & LEFT_ZEROS) total[c][v] = short_negative(load_ints(t->rhs_total + r));
      if (terms & RIGHT_ZEROS) zero[c][v] = short_negative(load_ints(t->rhs_zero + r));
    }
  // Read once: a store of a result might be one of an argument.
  const size_t left = (panel * t->slices + slice) * ROWS;
  const int32_t *starts = t->lhs_start + left, *zeros = terms & LEFT_ZEROS ? t->lhs_zero + left : NULL;
  const int32_t *totals = terms & RIGHT_ZEROS ? t->lhs_total + left : NULL;
  const float *factors = terms & (LEFT_SCALES | LEFT_BLOCKS) ? t->lhs_scale + left : NULL;
  const float *sums = terms & RIGHT_BIASES ? t->lhs_sum + left : NULL;
  for (size_t i = 0; i < rows; ++i) {
    // Each broadcast once, for both vectors.
    ints start[BATCH], left_zero[BATCH], left_total[BATCH];
    floats factor[BATCH], left_sum[BATCH];
    for (int c = 0; c < count; ++c) {
      const size_t l = (size_t)c * ROWS + i;
      start[c] = broadcast_int(starts + l);
      if (terms & LEFT_ZEROS) left_zero[c] = broadcast_int(zeros + l);
      if (terms & RIGHT_ZEROS) left_total[c] = broadcast_int(totals + l);
      if (terms & (LEFT_SCALES | LEFT_BLOCKS)) factor[c] = broadcast_float(factors + l);
      if (terms & RIGHT_BIASES) left_sum[c] = broadcast_float(sums + l);
    }
    for (int v = 0; v < VECTORS; ++v) {
      floats sum = out[i][v];
      for (int c = 0; c < count; ++c) {
        ints whole = add_ints(load_ints(products + ((size_t)c * ROWS + i) * PANEL_LANES + v * WIDTH), start[c]);
        if (terms & LEFT_ZEROS) whole = add_short_product(whole, total[c][v], left_zero[c]);
        if (terms & RIGHT_ZEROS) whole = add_short_product(whole, zero[c][v], left_total[c]);
        floats product = to_floats(whole);
        if (terms & LEFT_SCALES) product = multiply(product, factor[c]);
        floats both = terms & LEFT_BLOCKS ? multiply(scale[c][v], factor[c]) : scale[c][v];
        sum = add_product(product, both, sum);
        if (terms & RIGHT_BIASES) sum = add_product(left_sum[c], bias[c][v], sum);
      }
      out[i][v] = sum;
    }
  }
}

/// Scales of a batch times those of the left rows, which are the same for all of them.
static const float *times_left_scales(
    const aq_matmul_i8_args *t, size_t panel, size_t slice, size_t count, const float *scales, float *to) {
  const float *left = t->lhs_scale + (panel * t->slices + slice) * ROWS;
  for (size_t r = 0; r < count * COLUMNS; r += WIDTH)
    store_floats(to + r, multiply(load_floats(scales + r), broadcast_float(left + r / COLUMNS * ROWS)));
  return to;
}

/// The terms of a call that `fold_batch` knows; ANY_TERMS: others.
static int fold_terms(const aq_matmul_i8_args *t) { return t->rhs_start ? ANY_TERMS : all_terms(t); }

#define FOLD(terms)                                                                                       \
  case terms:                                                                                             \
    if (count == BATCH) fold_batch(t, panel, slice, scales, biases, products, BATCH, rows, terms, out);   \
    for (size_t c = 0; count < BATCH && c < count; ++c)                                                   \
      fold_batch(                                                                                         \
          t, panel, slice + c, scales + c * COLUMNS, biases + (terms & RIGHT_BIASES ? c * COLUMNS : 0),   \
          products + c * ROWS * PANEL_LANES, 1, rows, terms, out);                                        \
    return

/// Folds a batch of slices into all rows of the result.
static void fold_slices(
    const aq_matmul_i8_args *t, size_t panel, size_t slice, const int32_t *products, size_t count, size_t rows,
    int terms, floats out[][VECTORS]) {
  float kept[2][BATCH * COLUMNS];
  for (size_t c = 0; c < count; ++c)
    if (terms & (LEFT_ZEROS | RIGHT_ZEROS) && t->slice_groups[slice + c] > SHORT_QUADS) terms = ANY_TERMS;
  const float *scales = batch_numbers(t, t->rhs_scale, t->super.scales, slice, count, kept[0]);
  const float *biases = scales;
  if (t->rhs_bias) biases = batch_numbers(t, t->rhs_bias, t->super.biases, slice, count, kept[1]);
  if (terms & LEFT_BLOCKS && shares_scales(t, panel * ROWS, rows)) {
    scales = times_left_scales(t, panel, slice, count, scales, kept[0]);
    terms &= ~LEFT_BLOCKS;
  }
  switch (terms) {
    FOLD(NO_TERMS);
    FOLD(LEFT_ZEROS);
    FOLD(LEFT_SCALES);
    FOLD(LEFT_BLOCKS);
    FOLD(RIGHT_ZEROS);
    FOLD(RIGHT_BIASES);
    FOLD(LEFT_ZEROS | LEFT_SCALES);
    FOLD(LEFT_ZEROS | RIGHT_ZEROS);
    FOLD(LEFT_SCALES | RIGHT_ZEROS);
    FOLD(LEFT_SCALES | RIGHT_BIASES);
    default:
      for (size_t i = 0; i < rows; i += FOLD_ROWS)
        fold_rows(t, panel, i, slice, slice + count, products, out + i);
  }
}
