// Products of codes by the dot products of four bytes that Arm has, signed by signed. The file that
// includes it defines the vectors and `NIBBLES`.
//
// 8-bit codes are made signed by taking 128 from each, which is put back at the end: 128 times the sum of
// the left codes. That costs four instructions beside the 16 of a quad of eight rows.

#include "affine_kernels.h"

enum { ROWS = 8, LHS_BYTES = 4 * ROWS, RHS_BYTES = (NIBBLES ? 2 : 4) * VECTORS * WIDTH };

#include "dot_neondot.h"

INLINE void sum_quads(
    const uint8_t *lhs, const uint8_t *rhs, size_t quads, const int rows, ints sums[ROWS][VECTORS]) {
  const ints ones = broadcast_byte(1), top = broadcast_byte(128);
  left_ints totals = {{zero_ints(), zero_ints()}};
  // In registers, wherever the sums of all rows lie.
  ints kept[ROWS][VECTORS];
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) kept[i][v] = zero_ints();
  for (size_t q = 0; q < quads; ++q) {
    ints codes[VECTORS];
    left_ints left = load_left_ints(lhs, rows);
    if (NIBBLES) {
      split_nibbles(rhs, codes);
    } else {
      for (int v = 0; v < VECTORS; ++v) codes[v] = veorq_s32(load_ints(rhs + 4 * v * WIDTH), top);
      for (int part = 0; part < (rows + 3) / 4; ++part)
        totals.part[part] = dot(totals.part[part], left.part[part], ones);
    }
    for (int i = 0; i < rows; ++i)
      for (int v = 0; v < VECTORS; ++v) kept[i][v] = dot(kept[i][v], codes[v], left_int(left, i));
    lhs += LHS_BYTES;
    rhs += RHS_BYTES;
  }
  for (int part = 0; part < 2; ++part) totals.part[part] = vshlq_n_s32(totals.part[part], 7);
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) {
      ints sum = NIBBLES ? kept[i][v] : add_ints(kept[i][v], left_int(totals, i));
      sums[i][v] = add_ints(sums[i][v], sum);
    }
}

#include "matmul_i8_body.h"
#include "matmul_panels.h"
