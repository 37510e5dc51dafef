#include "vectors_128.h"

// Pairs of bfloat16 on 128-bit vectors.

INLINE floats add_pairs(ints a, ints b, floats sum) {
  return vbfdotq_f32(sum, vreinterpretq_bf16_s32(b), vreinterpretq_bf16_s32(a));
}
/// Pairs of the values of two vectors, rounded.
INLINE ints pair_up(floats low, floats high) {
  uint16x8_t both = vreinterpretq_u16_bf16(vcvtq_high_bf16_f32(vcvtq_low_bf16_f32(low), high));
  return vreinterpretq_s32_u16(vzip1q_u16(both, vextq_u16(both, both, 4)));
}

#define SUMS_BLOCKS

/// Two neighbours of the contracted axis of two rows each, from two pairs of four rows.
INLINE void blocks_of_rows(const uint32_t *first, const uint32_t *second, ints blocks[2]) {
  ints a = load_ints(first), b = load_ints(second);
  blocks[0] = vzip1q_s32(a, b);
  blocks[1] = vzip2q_s32(a, b);
}

/// Adds the products of an even number of pairs and of left rows by matrices of 2 x 4 and 4 x 2; returns how many
/// pairs these are.
INLINE size_t sum_blocks(
    const uint32_t *lhs, size_t lanes, const uint32_t *rhs, size_t pairs, const int rows, floats sums[][VECTORS]) {
  floats parts[MOST_ROWS / 2][4];
  for (int i = 0; i < rows / 2; ++i)
    for (int j = 0; j < 4; ++j) parts[i][j] = zero_floats();
  size_t p = 0;
  for (; p + 2 <= pairs; p += 2) {
    ints left[MOST_ROWS / 2], right[4];
    for (int i = 0; i + 4 <= rows; i += 4) blocks_of_rows(lhs + i, lhs + lanes + i, left + i / 2);
    if (rows % 4 > 0) {
      int32x2_t a = vreinterpret_s32_u32(vld1_u32(lhs + rows - 2));
      int32x2_t b = vreinterpret_s32_u32(vld1_u32(lhs + lanes + rows - 2));
      left[rows / 2 - 1] = vcombine_s32(vzip1_s32(a, b), vzip2_s32(a, b));
    }
    for (int v = 0; v < VECTORS; ++v)
      blocks_of_rows(rhs + v * WIDTH, rhs + (VECTORS + v) * WIDTH, right + 2 * v);
    for (int i = 0; i < rows / 2; ++i)
      for (int j = 0; j < 4; ++j)
        parts[i][j] = vbfmmlaq_f32(parts[i][j], vreinterpretq_bf16_s32(left[i]), vreinterpretq_bf16_s32(right[j]));
    lhs += 2 * lanes;
    rhs += 2 * VECTORS * WIDTH;
  }
  for (int i = 0; i < rows / 2; ++i)
    for (int v = 0; v < VECTORS; ++v) {
      float64x2_t a = vreinterpretq_f64_f32(parts[i][2 * v]), b = vreinterpretq_f64_f32(parts[i][2 * v + 1]);
      sums[2 * i][v] = add_floats(sums[2 * i][v], vreinterpretq_f32_f64(vzip1q_f64(a, b)));
      sums[2 * i + 1][v] = add_floats(sums[2 * i + 1][v], vreinterpretq_f32_f64(vzip2q_f64(a, b)));
    }
  return p;
}
