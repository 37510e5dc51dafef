// Pairs of bfloat16 against codes by AMX: codes become pairs in scratch memory, as without tiles. The file that
// includes it defines what matmul_bf16_codes_body.h wants.

#include "matmul_bf16_codes_body.h"

/// The sums of one slice, [ROWS][PANEL_LANES].
INLINE void slice_of_pairs(
    const uint8_t *lhs, size_t start, const uint8_t *rhs, size_t pairs, size_t step, size_t rows, int tiles,
    float *sums) {
  uint8_t left_bytes[ROWS * 64] __attribute__((aligned(64)));
  uint8_t right_bytes[TILE_QUADS * QUAD_BYTES] __attribute__((aligned(64)));
  clear_sums();
  for (size_t p = 0; p < pairs; p += step) {
    size_t present = pairs - p < step ? pairs - p : step;
    const uint8_t *right = right_step(rhs + p * QUAD_BYTES, present, step, right_bytes);
    const uint8_t *left = left_step(lhs, start + 4 * p, rows, present, step, left_bytes);
    ADD_STEP(_tile_dpbf16ps, left, right, tiles);
  }
  store_sums(sums, tiles);
}

enum { FOLD_ROWS = 8 };

/// Scales the sums of a slice and adds them to the result, some rows at a time. Rows of a panel that do not exist
/// have no sums that anyone reads.
INLINE void fold_slice(
    const aq_matmul_codes_args *t, size_t panel, size_t slice, const float *scales, size_t rows, const float *sums,
    floats out[ROWS][VECTORS]) {
  for (size_t first = 0; first < rows; first += FOLD_ROWS) {
    floats part[ROWS][VECTORS];
    for (size_t i = 0; i < FOLD_ROWS; ++i)
      for (size_t v = 0; v < VECTORS; ++v) part[i][v] = load_floats(sums + (first + i) * PANEL_LANES + v * WIDTH);
    fold_codes(t, (panel * t->slices + slice) * ROWS + first, slice, scales, FOLD_ROWS, part, out + first);
  }
}

INLINE void amx_pairs_of_kind(const aq_matmul_codes_args *args, const int kind) {
  // A copy, so that no store may change what the arguments are.
  const aq_matmul_codes_args copy = *args, *t = &copy;
  const pair_meaning meaning = pair_meaning_of(t, kind);
  const size_t panel_bytes = (2 * t->groups + TILE_QUADS - 1) / TILE_QUADS * STEP_BYTES;
  // A quad of codes is two of pairs.
  const size_t step = quads_of_step(t->slice_groups, t->slices, 2);
  float sums[ROWS * PANEL_LANES] __attribute__((aligned(64))) = {0};
  float scales[PAIR_QUADS * COLUMNS];
  size_t configured = 0;
  int tiles = 0;
  for (size_t first = 0, end, quads, before = 0; first < t->slices; first = end, before += quads) {
    end = pairs_end(t, first, &quads);
    decode_scales(t, first, end, scales);
    const uint8_t *rhs = t->rhs + bytes_of(before, kind);
    if (HAS_ZEROS && t->rhs_zero) decode_pairs(t, &meaning, rhs, first, end, quads, true, kind);
    else decode_pairs(t, &meaning, rhs, first, end, quads, false, kind);
    for (size_t panel = 0; panel * ROWS < t->rows; ++panel) {
      size_t left = t->rows - panel * ROWS, rows = left < ROWS ? left : ROWS;
      if (rows != configured) tiles = configure(step, configured = rows);
      const uint8_t *lhs = (const uint8_t *)t->lhs + panel * panel_bytes;
      float *result = t->out + panel * ROWS * t->stride;
      floats out[ROWS][VECTORS];
      for (size_t i = 0; i < ROWS; ++i)
        for (int v = 0; v < VECTORS; ++v) out[i][v] = zero_floats();
      for (size_t i = 0; first > 0 && i < rows; ++i) load_row(t, result + i * t->stride, out[i]);
      size_t start = 8 * before;
      const uint8_t *pairs = (const uint8_t *)t->scratch;
      for (size_t s = first; s < end; ++s) {
        size_t count = 2 * (size_t)t->slice_groups[s];
        slice_of_pairs(lhs, start, pairs, count, step, rows, tiles, sums);
        fold_slice(t, panel, s, scales + (s - first) * COLUMNS, rows, sums, out);
        start += 4 * count;
        pairs += count * QUAD_BYTES;
      }
      for (size_t i = 0; i < rows; ++i) store_row(t, result + i * t->stride, out[i]);
    }
  }
  // The state is large; a thread that keeps it pays for it at every switch.
  _tile_release();
}
