// Products of codes for cores of Arm without dot products: bytes by bytes in 16 bits, whose neighbours are
// added in 32. The file that includes it defines the vectors and `NIBBLES`.
//
// A product of signed bytes is at most 2^14: a second one would not fit. Codes of 4 bits are unsigned, so
// that a product is at most 15 * 128 and 16 of them at most 30720 < 2^15: as many quads are added in 16 bits
// first. 8-bit codes are made signed as in matmul_dot_body.h.

#include "affine_kernels.h"

enum {
  ROWS = 4,
  LHS_BYTES = 4 * ROWS,
  RHS_BYTES = (NIBBLES ? 2 : 4) * VECTORS * WIDTH,
  SAFE_QUADS = 16,
  HALVES = 2 * VECTORS,  // of two lanes each, two 32-bit sums a lane
};

INLINE int8x8_t half_of(ints v, const int half) {
  int8x16_t bytes = vreinterpretq_s8_s32(v);
  return half ? vget_high_s8(bytes) : vget_low_s8(bytes);
}

/// Adds products of bytes to the sums of pairs, and left codes to totals.
INLINE void sum_bytes(
    const uint8_t *lhs, const uint8_t *rhs, size_t quads, const int rows, ints pairs[ROWS][HALVES],
    ints *totals) {
  for (size_t q = 0; q < quads; ++q) {
    ints codes[VECTORS];
    left_ints left = load_left_ints(lhs, rows);
    for (int v = 0; v < VECTORS; ++v)
      codes[v] = veorq_s32(load_ints(rhs + 4 * v * WIDTH), broadcast_byte(128));
    *totals = vpadalq_s16(*totals, vpaddlq_s8(vreinterpretq_s8_s32(left.part[0])));
    for (int i = 0; i < rows; ++i) {
      ints row = left_int(left, i);
      for (int h = 0; h < HALVES; ++h)
        pairs[i][h] = vpadalq_s16(pairs[i][h], vmull_s8(half_of(codes[h / 2], h % 2), half_of(row, h % 2)));
    }
    lhs += LHS_BYTES;
    rhs += RHS_BYTES;
  }
}

/// The same of codes of 4 bits, of a few quads.
INLINE void sum_few_nibbles(
    const uint8_t *lhs, const uint8_t *rhs, size_t quads, const int rows, ints pairs[ROWS][HALVES]) {
  int16x8_t products[ROWS][HALVES];
  for (int i = 0; i < rows; ++i)
    for (int h = 0; h < HALVES; ++h) products[i][h] = vdupq_n_s16(0);
  for (size_t q = 0; q < quads; ++q) {
    ints codes[VECTORS];
    left_ints left = load_left_ints(lhs, rows);
    split_nibbles(rhs, codes);
    for (int i = 0; i < rows; ++i) {
      ints row = left_int(left, i);
      for (int h = 0; h < HALVES; ++h)
        products[i][h] = vmlal_s8(products[i][h], half_of(codes[h / 2], h % 2), half_of(row, h % 2));
    }
    lhs += LHS_BYTES;
    rhs += RHS_BYTES;
  }
  for (int i = 0; i < rows; ++i)
    for (int h = 0; h < HALVES; ++h) pairs[i][h] = vpadalq_s16(pairs[i][h], products[i][h]);
}

INLINE void sum_quads(
    const uint8_t *lhs, const uint8_t *rhs, size_t quads, const int rows, ints sums[ROWS][VECTORS]) {
  ints pairs[ROWS][HALVES], totals = zero_ints();
  for (int i = 0; i < rows; ++i)
    for (int h = 0; h < HALVES; ++h) pairs[i][h] = zero_ints();
  if (!NIBBLES) sum_bytes(lhs, rhs, quads, rows, pairs, &totals);
  while (NIBBLES && quads > 0) {
    size_t few = quads < SAFE_QUADS ? quads : SAFE_QUADS;
    sum_few_nibbles(lhs, rhs, few, rows, pairs);
    lhs += few * LHS_BYTES;
    rhs += few * RHS_BYTES;
    quads -= few;
  }
  totals = vshlq_n_s32(totals, 7);
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) {
      sums[i][v] = add_ints(sums[i][v], vpaddq_s32(pairs[i][2 * v], pairs[i][2 * v + 1]));
      if (!NIBBLES) sums[i][v] = add_ints(sums[i][v], vdupq_n_s32(totals[i]));
    }
}

#include "matmul_i8_body.h"
#include "matmul_panels.h"
