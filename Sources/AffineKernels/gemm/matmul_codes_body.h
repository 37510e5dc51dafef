#include "affine_kernels.h"
#include "columns.h"
#include "each_panel.h"

// Floats against codes, written once for every vector width. The file that includes it defines the
// vectors, `ROWS` (the most lhs lanes) and `NIBBLES`, and how codes become numbers: numbers_body.h, or one of
// the headers of tables.
//
// Many rows: codes of a few slices become floats in scratch memory that stays in the first-level cache, and so
// do their scales, and every left panel passes by. One row: codes become floats in registers, `ABREAST` slices at
// a time, since the fma chain of one slice alone would leave the ports idle.

// Quads whose floats fill two thirds of a first-level cache at most, beside a left panel. Twice as many took 1.3 times as
// long for 8 rows of 2048² codes and 1.1 times for 32 and 128 (Zen 3, AVX2), with AVX-512 1.4 times for 6 rows and 1.1
// and 1.05 times for 32 and 128.
enum { COLUMNS = VECTORS * WIDTH, SCRATCH_QUADS = 64 };

#include "parameters.h"

// Quads that are taken apart at a time, and their bytes.
#ifdef SQUEEZED
#ifndef BITS_OF
#define BITS_OF(kind) (kind)
#endif
#define QUADS_OF(kind) SQUEEZED_QUADS(BITS_OF(kind))
#define BYTES_OF(kind) (4 * COLUMNS * SQUEEZED_ROWS(BITS_OF(kind)))

INLINE void take_codes(const uint8_t *rhs, const int kind, ints codes[VECTORS][8]) {
  (void)kind;
  for (int v = 0; v < VECTORS; ++v) unsqueeze(rhs + 4 * v * WIDTH, 4 * COLUMNS, BITS_OF(kind), codes[v]);
}
#else
#define QUADS_OF(kind) 1
#define BYTES_OF(kind) ((NIBBLES ? 2 : 4) * COLUMNS)

INLINE void take_codes(const uint8_t *rhs, const int kind, ints codes[VECTORS][8]) {
  (void)kind;
  ints halves[VECTORS];
  if (NIBBLES) split_nibbles(rhs, halves);
  for (int v = 0; v < VECTORS; ++v) codes[v][0] = NIBBLES ? halves[v] : load_ints(rhs + 4 * v * WIDTH);
}
#endif

/// Slices from `first` on that fit in scratch memory together.
INLINE size_t chunk_end(const aq_matmul_codes_args *t, size_t first, size_t *quads) {
  size_t s = first;
  *quads = 0;
  while (s < t->slices && *quads + t->slice_groups[s] <= SCRATCH_QUADS) *quads += t->slice_groups[s++];
  return s;
}

/// The bytes of some quads.
INLINE size_t bytes_of(size_t quads, const int kind) {
  (void)kind;
  return quads / QUADS_OF(kind) * BYTES_OF(kind);
}

/// The zero points of a slice, times `factor`.
INLINE void load_zeros(const aq_matmul_codes_args *t, size_t slice, float factor, floats zeros[VECTORS]) {
  const float *from = t->rhs_zero + (size_t)t->parameters[slice] * COLUMNS;
  for (int v = 0; v < VECTORS; ++v)
    zeros[v] = multiply(load_floats(from + v * WIDTH), broadcast_float(&factor));
}

/// The scales of whole slices, as floats, [slice][rhs_lanes]: once for all rows, in whatever form they lie.
INLINE void decode_scales(const aq_matmul_codes_args *t, size_t first, size_t end, float *scales) {
  for (size_t s = first; s < end; ++s)
    for (int v = 0; v < VECTORS; ++v, scales += WIDTH) {
      size_t r = (size_t)t->parameters[s] * COLUMNS + (size_t)v * WIDTH;
      store_floats(scales, load_scaled(t->rhs_scale, t->scale_form, &t->super, t->super.scales, r));
    }
}

/// Codes of whole slices less their zero points, as floats, [quad][4][rhs_lanes].
INLINE void decode(
    const aq_matmul_codes_args *t, const uint8_t *rhs, size_t first, size_t end, size_t quads, const int kind) {
  float *to = t->scratch;
  const code_meaning meaning = meaning_of(t, kind);
  for (size_t s = first; s < end; ++s) {
    floats zeros[VECTORS];
    for (int v = 0; v < VECTORS; ++v) zeros[v] = zero_floats();
    if (t->rhs_zero) load_zeros(t, s, 1, zeros);
    for (size_t q = 0; q < t->slice_groups[s]; q += QUADS_OF(kind)) {
      ints codes[VECTORS][8];
      take_codes(rhs, kind, codes);
      // The next chunk comes from far away while this one is multiplied.
      for (int line = 0; line < BYTES_OF(kind); line += 64)
        __builtin_prefetch(rhs + bytes_of(quads, kind) + line, 0, 2);
      for (int i = 0; i < QUADS_OF(kind); ++i)
        for (int v = 0; v < VECTORS; ++v) {
          numbers found = numbers_of(codes[v][i], &meaning, kind);
          for (int j = 0; j < 4; ++j)
            store_floats(
                to + (4 * i + j) * COLUMNS + v * WIDTH,
                subtract(number_at(found, j, &meaning, kind), zeros[v]));
        }
      to += 4 * COLUMNS * QUADS_OF(kind);
      rhs += BYTES_OF(kind);
    }
  }
}

INLINE void fold_codes(
    const aq_matmul_codes_args *t, size_t l, size_t slice, const float *scales, const int rows,
    floats sums[ROWS][VECTORS], floats out[ROWS][VECTORS]) {
  for (int v = 0; v < VECTORS; ++v) {
    floats scale = load_floats(scales + v * WIDTH);
    for (int i = 0; i < rows; ++i) out[i][v] = add_product(sums[i][v], scale, out[i][v]);
  }
  if (!t->rhs_bias) return;
  for (int v = 0; v < VECTORS; ++v) {
    floats bias = load_floats(t->rhs_bias + (size_t)t->parameters[slice] * COLUMNS + (size_t)v * WIDTH);
    for (int i = 0; i < rows; ++i)
      out[i][v] = add_product(broadcast_float(t->lhs_sum + l + i), bias, out[i][v]);
  }
}

/// Reads or writes what the columns of one row add up to so far.
INLINE void load_row(const aq_matmul_codes_args *t, const float *row, floats out[VECTORS]) {
  for (int v = 0; v < VECTORS; ++v) {
    size_t start = (size_t)v * WIDTH;
    if (t->columns == COLUMNS) out[v] = load_floats(row + start);
    else out[v] = load_columns(row + start, t->columns > start ? t->columns - start : 0);
  }
}

INLINE void store_row(const aq_matmul_codes_args *t, float *row, const floats out[VECTORS]) {
  for (int v = 0; v < VECTORS; ++v) {
    size_t start = (size_t)v * WIDTH;
    if (t->columns == COLUMNS) store_floats(row + start, out[v]);
    else store_columns(row + start, t->columns > start ? t->columns - start : 0, out[v]);
  }
}

/// Adds the products of four numbers of each row and lane, or begins sums with the first.
INLINE void add_quad(
    const float *lhs, size_t lanes, const float *rhs, const int rows, const bool begins,
    floats sums[ROWS][VECTORS]) {
#pragma clang loop unroll(full)
  for (int k = 0; k < 4; ++k, lhs += lanes, rhs += COLUMNS) {
    floats codes[VECTORS];
    for (int v = 0; v < VECTORS; ++v) codes[v] = load_floats(rhs + v * WIDTH);
    left_floats left = load_left(lhs, rows);
    for (int i = 0; i < rows; ++i) {
      floats value = left_float(left, i);
      for (int v = 0; v < VECTORS; ++v)
        sums[i][v] = begins && k == 0 ? multiply(value, codes[v]) : add_product(value, codes[v], sums[i][v]);
    }
  }
}

/// Slices of a chunk for one left panel, from decoded codes and scales.
///
/// Short slices begin and end often. Four steps a turn, sums that begin with a product in place of zero, and scales
/// that lie ready took 128 rows of 2048 codes in groups of 32 from 2.58 to 2.45 ms for 256 columns (Zen 3, AVX2). The
/// first four steps are apart: a choice in the loop had compilers carry sums from register to register, a tenth of
/// the time there, and a third of the cycles of a Neoverse V2 by llvm-mca.
INLINE void decoded_tile(
    const aq_matmul_codes_args *t, size_t panel, size_t first, size_t end, size_t quads_before, const float *scales,
    const int rows) {
  size_t lanes = t->lhs_lanes;
  const float *lhs = t->lhs + (panel * t->groups + quads_before) * 4 * lanes, *rhs = t->scratch;
  float *result = t->out + panel * lanes * t->stride;
  // Rows of the next panel: where they lie a power of two apart they share few sets of the caches and come from afar.
  for (size_t i = lanes; i < 2 * lanes && panel * lanes + i < t->rows; ++i)
    for (size_t c = 0; c < t->columns; c += 16) __builtin_prefetch(result + i * t->stride + c);
  floats out[ROWS][VECTORS];
  for (int i = 0; i < rows; ++i) {
    for (int v = 0; v < VECTORS; ++v) out[i][v] = zero_floats();
    if (first > 0) load_row(t, result + (size_t)i * t->stride, out[i]);
  }
  for (size_t s = first; s < end; ++s) {
    floats sums[ROWS][VECTORS];
    add_quad(lhs, lanes, rhs, rows, true, sums);
    lhs += 4 * lanes;
    rhs += 4 * COLUMNS;
    for (size_t q = 1; q < t->slice_groups[s]; ++q, lhs += 4 * lanes, rhs += 4 * COLUMNS)
      add_quad(lhs, lanes, rhs, rows, false, sums);
    fold_codes(t, (panel * t->slices + s) * lanes, s, scales + (s - first) * COLUMNS, rows, sums, out);
  }
  for (int i = 0; i < rows; ++i) store_row(t, result + (size_t)i * t->stride, out[i]);
}

/// The sums of `count` slices of as many quads, from `slice` on, for one row, side by side.
///
/// Where codes are 2^24 times too large, being at the top of 32 bits, so are their sums until the end: smaller
/// values would lose bits.
INLINE void sums_abreast(
    const aq_matmul_codes_args *t, const code_meaning *meaning, const float *lhs, const uint8_t *rhs, size_t slice,
    const int count, const bool has_zeros, const int kind, floats sums[ABREAST][VECTORS]) {
  size_t quads = t->slice_groups[slice];
  floats zeros[ABREAST][VECTORS];
  for (int c = 0; c < count; ++c) {
    for (int v = 0; v < VECTORS; ++v) sums[c][v] = zero_floats();
    if (has_zeros) load_zeros(t, slice + (size_t)c, NUMBER_FACTOR, zeros[c]);
  }
  for (size_t q = 0; q < quads; q += QUADS_OF(kind)) {
    // Unrolled, or the sums would lie in memory.
#pragma clang loop unroll(full)
    for (int c = 0; c < count; ++c) {
      const size_t place = (size_t)c * quads + q;
      ints codes[VECTORS][8];
      take_codes(rhs + bytes_of(place, kind), kind, codes);
#pragma clang loop unroll(full)
      for (int i = 0; i < QUADS_OF(kind); ++i) {
        numbers found[VECTORS];
        for (int v = 0; v < VECTORS; ++v) found[v] = numbers_of(codes[v][i], meaning, kind);
        left_floats left = load_left(lhs + (place + (size_t)i) * 4, 4);
        for (int j = 0; j < 4; ++j) {
          floats value = left_float(left, j);
          for (int v = 0; v < VECTORS; ++v) {
            floats number = large_number_at(found[v], j, meaning, kind);
            if (has_zeros) number = subtract(number, zeros[c][v]);
            sums[c][v] = add_product(value, number, sums[c][v]);
          }
        }
      }
    }
  }
  float factor = 1 / NUMBER_FACTOR;
  if (factor == 1) return;
  for (int c = 0; c < count; ++c)
    for (int v = 0; v < VECTORS; ++v) sums[c][v] = multiply(sums[c][v], broadcast_float(&factor));
}

INLINE void one_row(const aq_matmul_codes_args *t, const bool has_zeros, const int kind) {
  const code_meaning meaning = meaning_of(t, kind);
  const uint8_t *rhs = t->rhs;
  const float *lhs = t->lhs;
  floats out[ROWS][VECTORS];
  for (int v = 0; v < VECTORS; ++v) out[0][v] = zero_floats();
  for (size_t s = 0; s < t->slices;) {
    size_t each = t->slice_groups[s];
    bool many = s + ABREAST <= t->slices;
    for (size_t c = 1; many && c < ABREAST; ++c) many = t->slice_groups[s + c] == each;
    floats sums[ABREAST][VECTORS];
    if (many) sums_abreast(t, &meaning, lhs, rhs, s, ABREAST, has_zeros, kind, sums);
    else sums_abreast(t, &meaning, lhs, rhs, s, 1, has_zeros, kind, sums);
    size_t count = many ? ABREAST : 1;
    float scales[ABREAST * COLUMNS];
    decode_scales(t, s, s + count, scales);
    for (size_t c = 0; c < count; ++c)
      fold_codes(t, s + c, s + c, scales + c * COLUMNS, 1, (floats(*)[VECTORS])sums[c], out);
    lhs += 4 * each * count;
    rhs += bytes_of(each * count, kind);
    s += count;
  }
  store_row(t, t->out, out[0]);
}

/// All left panels against decoded codes, which are the same whatever they were decoded from: of one function for all
/// kinds.
static __attribute__((noinline)) void panels_of_numbers(
    const aq_matmul_codes_args *t, size_t first, size_t end, size_t quads_before, const float *scales) {
#define TILE(panel, rows) decoded_tile(t, panel, first, end, quads_before, scales, rows)
  EACH_PANEL(t, t->lhs_lanes, TILE)
}

INLINE void rows_of_kind(const aq_matmul_codes_args *t, const int kind) {
  if (t->rows == 1 && t->lhs_lanes == 1) {
    if (HAS_ZEROS && t->rhs_zero) one_row(t, true, kind);
    else one_row(t, false, kind);
    return;
  }
  float scales[SCRATCH_QUADS * COLUMNS];
  for (size_t first = 0, end, quads, before = 0; first < t->slices; first = end, before += quads) {
    end = chunk_end(t, first, &quads);
    decode_scales(t, first, end, scales);
    decode(t, t->rhs + bytes_of(before, kind), first, end, quads, kind);
    panels_of_numbers(t, first, end, before, scales);
  }
}
