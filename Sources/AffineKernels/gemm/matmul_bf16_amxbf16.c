#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push( \
    __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)

#include "amx_tiles.h"

// Products of pairs of bfloat16 by AMX: a pair takes the place of a quad of codes. The depth is a whole number of
// steps of 16 pairs.

enum { STEP_PAIRS = 16, RIGHT_STEP_BYTES = STEP_PAIRS * QUAD_BYTES };

/// The sums of one left panel, [ROWS][PANEL_LANES].
INLINE void panel_sums(const uint8_t *left, const uint8_t *right, size_t steps, int tiles, float *sums) {
  clear_sums();
  for (size_t s = 0; s < steps; ++s, left += STEP_BYTES, right += RIGHT_STEP_BYTES) {
    ADD_STEP(_tile_dpbf16ps, left, right, tiles);
  }
  store_sums(sums, tiles);
}

/// Writes, or adds, rows of sums; columns that do not exist are left alone.
INLINE void write_rows(const aq_matmul_f32_args *t, size_t first, size_t rows, const float *sums) {
  __mmask16 columns[2];
  for (size_t v = 0; v < 2; ++v) {
    size_t present = t->columns > 16 * v ? t->columns - 16 * v : 0;
    columns[v] = (__mmask16)(present >= 16 ? 0xffff : (1u << present) - 1);
  }
  for (size_t i = 0; i < rows; ++i)
    for (size_t v = 0; v < 2; ++v) {
      float *to = t->out + (first + i) * t->stride + 16 * v;
      floats sum = load_floats(sums + i * PANEL_LANES + 16 * v);
      if (t->accumulate) sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(columns[v], to));
      _mm512_mask_storeu_ps(to, columns[v], sum);
    }
}

void aq_matmul_bf16_amxbf16(void *args) {
  const aq_matmul_f32_args *t = args;
  size_t steps = t->depth / (2 * STEP_PAIRS), configured = 0;
  float sums[ROWS * PANEL_LANES] __attribute__((aligned(64)));
  int tiles = 0;
  for (size_t first = 0; first < t->rows; first += ROWS) {
    size_t left = t->rows - first, rows = left < ROWS ? left : ROWS;
    if (rows != configured) tiles = configure(STEP_PAIRS, configured = rows);
    const uint8_t *lhs = (const uint8_t *)t->lhs + first / ROWS * steps * STEP_BYTES;
    panel_sums(lhs, (const uint8_t *)t->rhs, steps, tiles, sums);
    write_rows(t, first, rows, sums);
  }
  // The state is large; a thread that keeps it pays for it at every switch.
  _tile_release();
}

#pragma clang attribute pop
#endif
