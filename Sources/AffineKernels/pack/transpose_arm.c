#include "affine_kernels.h"
#include "../inline.h"

#if defined(__aarch64__)
#include <arm_neon.h>

// Blocks of 16 x 16 bytes in registers: four rounds of interleaving rows 8 apart. Codes of 4 bits first become
// bytes of two rows' codes, those of even columns and those of odd ones.

enum { SIDE = 16 };

static inline void transpose_bytes(uint8x16_t rows[SIDE]) {
  for (int round = 0; round < 4; ++round) {
    uint8x16_t next[SIDE];
    for (int i = 0; i < SIDE / 2; ++i) {
      next[2 * i] = vzip1q_u8(rows[i], rows[i + SIDE / 2]);
      next[2 * i + 1] = vzip2q_u8(rows[i], rows[i + SIDE / 2]);
    }
    for (int i = 0; i < SIDE; ++i) rows[i] = next[i];
  }
}

static inline void transpose_block_8(const uint8_t *in, size_t in_stride, uint8_t *out, size_t out_stride) {
  uint8x16_t rows[SIDE];
  for (size_t r = 0; r < SIDE; ++r) rows[r] = vld1q_u8(in + r * in_stride);
  transpose_bytes(rows);
  for (size_t c = 0; c < SIDE; ++c) vst1q_u8(out + c * out_stride, rows[c]);
}

/// 32 x 32 codes.
static inline void transpose_block_4(const uint8_t *in, size_t in_stride, uint8_t *out, size_t out_stride) {
  for (size_t odd = 0; odd < 2; ++odd) {
    uint8x16_t rows[SIDE];
    for (size_t r = 0; r < SIDE; ++r) {
      uint8x16_t first = vld1q_u8(in + 2 * r * in_stride), second = vld1q_u8(in + (2 * r + 1) * in_stride);
      rows[r] = odd ? vsriq_n_u8(second, first, 4) : vsliq_n_u8(first, second, 4);
    }
    transpose_bytes(rows);
    for (size_t c = 0; c < SIDE; ++c) vst1q_u8(out + (2 * c + odd) * out_stride, rows[c]);
  }
}

/// Columns from `first` up to `end` of a few rows, code by code. `out` is where the first row's codes go.
static void transpose_codes(
    const uint8_t *in, size_t in_stride, size_t rows, size_t first, size_t end, uint8_t *out,
    size_t out_stride, const bool nibbles) {
  for (size_t c = first; c < end; ++c) {
    uint8_t *to = out + c * out_stride;
    for (size_t r = 0; r < rows; ++r) {
      const uint8_t *row = in + r * in_stride;
      if (!nibbles) {
        to[r] = row[c];
        continue;
      }
      uint8_t code = row[c / 2] >> (c % 2 * 4) & 15;
      to[r / 2] = r % 2 == 0 ? code : (uint8_t)(to[r / 2] | code << 4);
    }
  }
}

INLINE void transpose(const aq_transpose_args *a, const bool nibbles) {
  const size_t side = nibbles ? 2 * SIDE : SIDE;
  for (size_t r = 0, rows; r < a->rows; r += rows) {
    const uint8_t *in = a->in + r * a->in_stride;
    uint8_t *out = a->out + (nibbles ? r / 2 : r);
    size_t c = 0;
    rows = a->rows - r < side ? a->rows - r : side;
    for (; rows == side && c + side <= a->columns; c += side)
      if (nibbles) transpose_block_4(in + c / 2, a->in_stride, out + c * a->out_stride, a->out_stride);
      else transpose_block_8(in + c, a->in_stride, out + c * a->out_stride, a->out_stride);
    transpose_codes(in, a->in_stride, rows, c, a->columns, out, a->out_stride, nibbles);
  }
}

void aq_transpose_8_neon(void *args) { transpose(args, false); }
void aq_transpose_4_neon(void *args) { transpose(args, true); }
#endif
