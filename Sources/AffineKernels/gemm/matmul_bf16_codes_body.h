#include "matmul_codes_body.h"
#include "sum_pairs.h"

// Pairs of bfloat16 against codes, written once for every vector width. The file that includes it defines what
// matmul_codes_body.h wants, `add_pairs`, and `pairs_of`, how a quad of codes becomes two pairs.
//
// Codes become pairs in registers, beside the products of the only left panel. Of more, and with zero points, codes of
// a few slices become pairs in scratch memory that stays in the first-level cache, and every left panel passes by. Both
// add in one order, so that no cut of the rows among threads changes a bit: where sums are made in blocks, which the
// pairs in registers are not, only rows too few for a block come alone.

enum { PAIR_QUADS = 64 };

/// Slices from `first` on that fit in scratch memory together.
INLINE size_t pairs_end(const aq_matmul_codes_args *t, size_t first, size_t *quads) {
  size_t s = first;
  *quads = 0;
  while (s < t->slices && *quads + t->slice_groups[s] <= PAIR_QUADS) *quads += t->slice_groups[s++];
  return s;
}

/// Codes of whole slices less their zero points, as pairs, [pair][rhs_lanes].
INLINE void decode_pairs(
    const aq_matmul_codes_args *t, const pair_meaning *meaning, const uint8_t *rhs, size_t first, size_t end,
    size_t quads, const bool has_zeros, const int kind) {
  uint32_t *to = (uint32_t *)t->scratch;
  for (size_t s = first; s < end; ++s) {
    floats zeros[VECTORS];
    for (int v = 0; v < VECTORS; ++v) zeros[v] = zero_floats();
    if (has_zeros) load_zeros(t, s, 1, zeros);
    for (size_t q = 0; q < t->slice_groups[s]; q += QUADS_OF(kind)) {
      ints codes[VECTORS][8];
      take_codes(rhs, kind, codes);
      // The next chunk comes from far away while this one is multiplied.
      for (int line = 0; line < BYTES_OF(kind); line += 64)
        __builtin_prefetch(rhs + bytes_of(quads, kind) + line, 0, 2);
      for (int i = 0; i < QUADS_OF(kind); ++i)
        for (int v = 0; v < VECTORS; ++v) {
          ints pairs[2];
          pairs_of(codes[v][i], meaning, kind, has_zeros, zeros[v], pairs);
          for (int p = 0; p < 2; ++p) store_ints(to + (2 * i + p) * COLUMNS + v * WIDTH, pairs[p]);
        }
      to += 2 * COLUMNS * QUADS_OF(kind);
      rhs += BYTES_OF(kind);
    }
  }
}

/// Slices of a chunk for one left panel, from decoded codes and scales.
INLINE void tile_of_slices(
    const aq_matmul_codes_args *t, size_t panel, size_t first, size_t end, size_t quads_before, const float *scales,
    const int rows) {
  size_t lanes = t->lhs_lanes;
  const uint32_t *lhs = (const uint32_t *)t->lhs + (panel * t->groups + quads_before) * 2 * lanes;
  const uint32_t *rhs = (const uint32_t *)t->scratch;
  float *result = t->out + panel * lanes * t->stride;
  floats out[ROWS][VECTORS];
  for (int i = 0; i < rows; ++i) {
    for (int v = 0; v < VECTORS; ++v) out[i][v] = zero_floats();
    if (first > 0) load_row(t, result + (size_t)i * t->stride, out[i]);
  }
  for (size_t s = first; s < end; ++s) {
    size_t pairs = 2 * (size_t)t->slice_groups[s];
    floats sums[ROWS][VECTORS];
    for (int i = 0; i < rows; ++i)
      for (int v = 0; v < VECTORS; ++v) sums[i][v] = zero_floats();
    sum_pairs(lhs, lanes, rhs, pairs, rows, sums);
    fold_codes(t, (panel * t->slices + s) * lanes, s, scales + (s - first) * COLUMNS, rows, sums, out);
    lhs += pairs * lanes;
    rhs += pairs * COLUMNS;
  }
  for (int i = 0; i < rows; ++i) store_row(t, result + (size_t)i * t->stride, out[i]);
}

/// All left panels against decoded codes, which are the same whatever they were decoded from: of one function for all
/// kinds.
static __attribute__((noinline)) void panels_of_slices(
    const aq_matmul_codes_args *t, size_t first, size_t end, size_t quads_before, const float *scales) {
#define SLICES(panel, rows) tile_of_slices(t, panel, first, end, quads_before, scales, rows)
  EACH_PANEL(t, t->lhs_lanes, SLICES)
}

/// Adds the products of `count` quads of `rows` rows. Rows that are few have several chains of sums, or they would
/// wait for themselves.
INLINE void add_quads(
    const aq_matmul_codes_args *t, const uint32_t *lhs, const uint8_t *rhs, const pair_meaning *meaning,
    const int count, const bool has_zeros, const floats zeros[VECTORS], const int kind, const int rows,
    floats sums[CHAINS][ROWS][VECTORS]) {
  const int chains = chains_of(rows);
  ints codes[VECTORS][8];
#pragma clang loop unroll(full)
  for (int i = 0; i < count; ++i) {
    const int place = i % QUADS_OF(kind);
    if (place == 0) take_codes(rhs + i / QUADS_OF(kind) * BYTES_OF(kind), kind, codes);
    ints pairs[VECTORS][2];
    for (int v = 0; v < VECTORS; ++v) pairs_of(codes[v][place], meaning, kind, has_zeros, zeros[v], pairs[v]);
    // Unrolled, or the sums would lie in memory.
#pragma clang loop unroll(full)
    for (int p = 0; p < 2; ++p) {
      const int chain = (2 * i + p) % chains;
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; ++r) {
        ints value = broadcast_int(lhs + (size_t)(2 * i + p) * t->lhs_lanes + r);
        for (int v = 0; v < VECTORS; ++v) sums[chain][r][v] = add_pairs(value, pairs[v][p], sums[chain][r][v]);
      }
    }
  }
}

/// One left panel of `rows` rows.
INLINE void panel_of_pairs(
    const aq_matmul_codes_args *t, const pair_meaning *meaning, size_t panel, const bool has_zeros, const int kind,
    const int rows) {
  const int step = QUADS_OF(kind) > 1 ? QUADS_OF(kind) : 2, chains = chains_of(rows);
  const uint8_t *rhs = t->rhs;
  const uint32_t *lhs = (const uint32_t *)t->lhs + panel * 2 * t->groups * t->lhs_lanes;
  float *result = t->out + panel * t->lhs_lanes * t->stride;
  floats out[ROWS][VECTORS];
  for (int r = 0; r < rows; ++r)
    for (int v = 0; v < VECTORS; ++v) out[r][v] = zero_floats();
  for (size_t s = 0; s < t->slices; ++s) {
    // What loops that are not unrolled index is of its own.
    floats parts[CHAINS][ROWS][VECTORS], sums[ROWS][VECTORS], zeros[VECTORS];
    for (int v = 0; v < VECTORS; ++v) zeros[v] = zero_floats();
#pragma clang loop unroll(full)
    for (int c = 0; c < chains; ++c)
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; ++r)
        for (int v = 0; v < VECTORS; ++v) parts[c][r][v] = zero_floats();
    if (has_zeros) load_zeros(t, s, 1, zeros);
    size_t left = t->slice_groups[s];
    for (; left >= (size_t)step; left -= (size_t)step) {
      add_quads(t, lhs, rhs, meaning, step, has_zeros, zeros, kind, rows, parts);
      lhs += (size_t)(2 * step) * t->lhs_lanes;
      rhs += bytes_of((size_t)step, kind);
    }
    // Of codes that are not squeezed.
    if (QUADS_OF(kind) == 1 && left > 0) {
      add_quads(t, lhs, rhs, meaning, 1, has_zeros, zeros, kind, rows, parts);
      lhs += 2 * t->lhs_lanes;
      rhs += BYTES_OF(kind);
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; ++r)
      for (int v = 0; v < VECTORS; ++v) {
        floats sum = parts[0][r][v];
        for (int c = 1; c < chains; ++c) sum = add_floats(sum, parts[c][r][v]);
        sums[r][v] = sum;
      }
    float scales[COLUMNS];
    decode_scales(t, s, s + 1, scales);
    fold_codes(t, (panel * t->slices + s) * t->lhs_lanes, s, scales, rows, sums, out);
  }
  for (int r = 0; r < rows; ++r) store_row(t, result + (size_t)r * t->stride, out[r]);
}

INLINE void pairs_of_kind(const aq_matmul_codes_args *t, const int kind) {
  const pair_meaning meaning = pair_meaning_of(t, kind);
  const bool has_zeros = HAS_ZEROS && t->rhs_zero;
  if (has_zeros && t->rows == 1) {
    panel_of_pairs(t, &meaning, 0, true, kind, 1);
    return;
  }
#ifdef SUMS_BLOCKS
  const bool is_alone = t->rows <= FEW_ROWS && t->rows <= t->lhs_lanes;
#else
  const bool is_alone = t->rows <= t->lhs_lanes;
#endif
  if (!has_zeros && is_alone) {
#define ALONE(panel, rows) panel_of_pairs(t, &meaning, panel, false, kind, rows)
    EACH_PANEL(t, t->lhs_lanes, ALONE)
    return;
  }
  float scales[PAIR_QUADS * COLUMNS];
  for (size_t first = 0, end, quads, before = 0; first < t->slices; first = end, before += quads) {
    end = pairs_end(t, first, &quads);
    decode_scales(t, first, end, scales);
    const uint8_t *rhs = t->rhs + bytes_of(before, kind);
    if (HAS_ZEROS && t->rhs_zero) decode_pairs(t, &meaning, rhs, first, end, quads, true, kind);
    else decode_pairs(t, &meaning, rhs, first, end, quads, false, kind);
    panels_of_slices(t, first, end, before, scales);
  }
}
