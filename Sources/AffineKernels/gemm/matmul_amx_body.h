#include "amx_tiles.h"
#include "amx_steps.h"
#include "matmul_i8_body.h"
#include "matmul_amx_slice.h"

// Products of codes by AMX. The file that includes it defines `NIBBLES`.

enum { BATCH = 4, FOLD_ROWS = 8 };
/// Quads of the longest slice whose sums surely fit in 16 bits, 128 * 255; zero points, which are codes, do anyway.
enum { SHORT_QUADS = 32 };
/// Which terms a fold has besides starts and right scales: constants of its loops.
enum { LEFT_ZEROS = 1, LEFT_SCALES = 2, RIGHT_BIASES = 4, RIGHT_ZEROS = 8 };

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

/// The lower halves of 32-bit numbers, negated: what 16-bit products with others are added as.
INLINE ints negative_halves(ints v) {
  return _mm512_and_si512(_mm512_sub_epi32(_mm512_setzero_si512(), v), _mm512_set1_epi32(0xffff));
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
      if (terms & LEFT_ZEROS) total[c][v] = negative_halves(load_ints(t->rhs_total + r));
      if (terms & RIGHT_ZEROS) zero[c][v] = negative_halves(load_ints(t->rhs_zero + r));
    }
  // Read once: a store of a result might be one of an argument.
  const size_t left = (panel * t->slices + slice) * ROWS;
  const int32_t *starts = t->lhs_start + left, *zeros = terms & LEFT_ZEROS ? t->lhs_zero + left : NULL;
  const int32_t *totals = terms & RIGHT_ZEROS ? t->lhs_total + left : NULL;
  const float *factors = terms & LEFT_SCALES ? t->lhs_scale + left : NULL;
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
      if (terms & LEFT_SCALES) factor[c] = broadcast_float(factors + l);
      if (terms & RIGHT_BIASES) left_sum[c] = broadcast_float(sums + l);
    }
    for (int v = 0; v < VECTORS; ++v) {
      floats sum = out[i][v];
      for (int c = 0; c < count; ++c) {
        ints whole = add_ints(load_ints(products + ((size_t)c * ROWS + i) * PANEL_LANES + v * WIDTH), start[c]);
        if (terms & LEFT_ZEROS) whole = add_ints(whole, _mm512_madd_epi16(total[c][v], left_zero[c]));
        if (terms & RIGHT_ZEROS) whole = add_ints(whole, _mm512_madd_epi16(zero[c][v], left_total[c]));
        floats product = to_floats(whole);
        if (terms & LEFT_SCALES) product = multiply(product, factor[c]);
        sum = add_product(product, scale[c][v], sum);
        if (terms & RIGHT_BIASES) sum = add_product(left_sum[c], bias[c][v], sum);
      }
      out[i][v] = sum;
    }
  }
}

/// The terms of a call that `fold_batch` knows; -1: others.
static int fold_terms(const aq_matmul_i8_args *t) {
  if (t->rhs_start || t->lhs_bias) return -1;
  return (t->lhs_zero ? LEFT_ZEROS : 0) | (t->lhs_scale ? LEFT_SCALES : 0) | (t->rhs_bias ? RIGHT_BIASES : 0) |
         (t->rhs_zero ? RIGHT_ZEROS : 0);
}

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
    if (terms > 0 && terms & (LEFT_ZEROS | RIGHT_ZEROS) && t->slice_groups[slice + c] > SHORT_QUADS) terms = -1;
  const float *scales = batch_numbers(t, t->rhs_scale, t->super.scales, slice, count, kept[0]), *biases = scales;
  if (t->rhs_bias) biases = batch_numbers(t, t->rhs_bias, t->super.biases, slice, count, kept[1]);
  switch (terms) {
    FOLD(0);
    FOLD(LEFT_ZEROS);
    FOLD(LEFT_SCALES);
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
  // Short slices, as those of groups, are one step each.
  size_t step = t->slice_groups[0] < TILE_QUADS ? t->slice_groups[0] : TILE_QUADS;
  const uint8_t *rhs = right_bytes(t);
  const int terms = fold_terms(t);
  for (size_t panel = 0; panel * ROWS < t->rows; ++panel) {
    size_t left = t->rows - panel * ROWS;
    amx_panel(t, rhs, panel, left < ROWS ? left : ROWS, step, terms);
  }
  // The state is large; a thread that keeps it pays for it at every switch.
  _tile_release();
}

/// What the numbers of one lane take.
static size_t bytes_of_numbers(int32_t form, size_t slices) {
  switch (form) {
    case AQ_FLOATS: return 4 * slices;
    case AQ_HALVES:
    case AQ_BRAIN_HALVES: return 2 * slices;
    case AQ_CODES_4: return (slices + 1) / 2;
    case AQ_CODES_6: return (slices + 3) / 4 * 3;
    default: return slices;
  }
}

static void amx_panels(const aq_matmul_i8_args *args) {
  // A copy, so that no store may change what the arguments are.
  aq_matmul_i8_args copy = *args, *t = &copy;
  if (t->slices == 1) {
    slice_panels(t, right_bytes(t));
    return;
  }
  const size_t terms = t->slices * COLUMNS, number_bytes = COLUMNS * bytes_of_numbers(t->rhs_form, t->slices);
  const size_t super_bytes =
      COLUMNS * bytes_of_numbers(t->super.form, ((t->slices - 1) >> t->super.shift) + 1);
  for (size_t left = t->columns; left > 0; left -= t->columns) {
    t->columns = left < COLUMNS ? left : COLUMNS;
    folded_panels(t);
    t->rhs += t->groups * QUAD_BYTES / (NIBBLES ? 2 : 1);
    if (t->rhs_start) t->rhs_start += terms;
    if (t->rhs_zero) t->rhs_zero += terms;
    if (t->rhs_total) t->rhs_total += terms;
    t->rhs_scale = (const uint8_t *)t->rhs_scale + number_bytes;
    if (t->rhs_bias) t->rhs_bias = (const uint8_t *)t->rhs_bias + number_bytes;
    if (t->super.scales) t->super.scales = (const uint8_t *)t->super.scales + super_bytes;
    if (t->super.biases) t->super.biases = (const uint8_t *)t->super.biases + super_bytes;
    if (t->rhs_sum) t->rhs_sum += terms;
    t->out += COLUMNS;
  }
}
