#include "affine_kernels.h"
#include "../inline.h"

// Columns of codes to panels of quads: some quads of some columns as words that follow each other, which an instruction
// set makes, and then panel by panel, so that each is written as long pieces.

/// Of what is put together in a first-level cache: columns that are whole vectors and whole panels of all tiles.
enum { QUADS = 16, COLUMNS = 192, SPILL = 8, LINE = 64 };

/// Quads of up to `COLUMNS` columns, of `rows` rows each, 1 to 4; the others are zero.
typedef void aq_fill_quads(
    const uint8_t *in, size_t in_stride, size_t rows, size_t columns, uint8_t flip, uint32_t *words);

/// The plain loop, from a column on.
INLINE void fill_words(
    const uint8_t *in, size_t in_stride, size_t rows, size_t first, size_t columns, uint8_t flip, uint32_t *words) {
  for (size_t c = first; c < columns; ++c) {
    uint32_t word = 0;
    for (size_t r = 0; r < rows; ++r) word |= (uint32_t)(in[r * in_stride + c] ^ flip) << 8 * r;
    words[c] = word;
  }
}

/// Copies the lanes of some quads to a panel; `spills`: what follows a quad is written later.
INLINE void copy_lanes(const uint32_t words[][COLUMNS + SPILL], size_t quads, size_t lanes, uint32_t *out, bool spills) {
  for (size_t q = 0; q < quads; ++q, out += lanes) {
    size_t lane = 0;
    for (; lane + SPILL <= lanes || (lane < lanes && (spills || q + 1 < quads) && lanes >= SPILL / 2); lane += SPILL)
      __builtin_memcpy(out + lane, words[q] + lane, SPILL * sizeof *out);
    for (; lane < lanes; ++lane) out[lane] = words[q][lane];
  }
}

INLINE void quads_8_body(const aq_quads_args *a, aq_fill_quads *fill) {
  const size_t of_panel = a->panel_lanes, panels = (a->lanes + of_panel - 1) / of_panel;
  const size_t together = of_panel < COLUMNS ? COLUMNS / of_panel : 1, quads = (a->count + 3) / 4;
  uint32_t words[QUADS][COLUMNS + SPILL];
  for (size_t p = 0; p < panels; p += together)
    for (size_t first = 0; first < quads; first += QUADS) {
      const size_t some = panels - p < together ? panels - p : together, lane = p * of_panel;
      const size_t columns = a->lanes - lane < some * of_panel ? a->lanes - lane : some * of_panel;
      const size_t height = quads - first < QUADS ? quads - first : QUADS;
      for (size_t q = 0; q < height; ++q) {
        const size_t row = 4 * (first + q), rows = a->count - row < 4 ? a->count - row : 4;
        const uint8_t *in = a->in + row * a->in_stride + lane;
        // The same columns of the next quads: short pieces of rows, of which mostly no cache holds any, are too short
        // for the hardware. 1024 x 1536 codes from memory took 0.13 and 0.20 ms where they took 0.33 and 0.41 (Zen 4).
        for (size_t r = 0; r < rows; ++r)
          for (size_t c = 0; c < columns; c += LINE) __builtin_prefetch(in + (4 * QUADS + r) * a->in_stride + c, 0, 2);
        fill(in, a->in_stride, rows, columns, a->flip, words[q]);
        for (size_t c = columns; c < some * of_panel; ++c) words[q][c] = 0;
      }
      for (size_t i = 0; i < some; ++i) {
        uint32_t *out = (uint32_t *)(a->out + (p + i) * a->panel_stride) + first * of_panel;
        copy_lanes(
            (const uint32_t(*)[COLUMNS + SPILL])(words[0] + i * of_panel), height, of_panel, out,
            first + height < quads);
      }
    }
}
