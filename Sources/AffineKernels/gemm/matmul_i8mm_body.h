// Products of codes by the matrix products that Arm has: two lanes of eight unsigned bytes by two rows of
// eight signed ones. A k-group has eight codes. The file that includes it defines the vectors and `NIBBLES`.

#include "affine_kernels.h"

enum {
  ROWS = 8,
  LHS_BYTES = 8 * ROWS,
  RHS_BYTES = (NIBBLES ? 4 : 8) * VECTORS * WIDTH,
  PAIRS = VECTORS * WIDTH / 2,  // of lanes
};

/// The codes of a k-group, two lanes a vector.
INLINE void load_pairs(const uint8_t *rhs, ints codes[PAIRS]) {
  if (NIBBLES) {
    // Low halves are the first four lanes, high halves the others.
    ints parts[2][2];
    for (int v = 0; v < 2; ++v) split_nibbles(rhs + 16 * v, parts[v]);
    for (int p = 0; p < PAIRS; ++p) codes[p] = parts[p % 2][p / 2];
  } else {
    for (int p = 0; p < PAIRS; ++p) codes[p] = load_ints(rhs + 16 * p);
  }
}

INLINE void sum_quads(
    const uint8_t *lhs, const uint8_t *rhs, size_t groups, const int rows, ints sums[ROWS][VECTORS]) {
  ints products[ROWS / 2][PAIRS];
  for (int i = 0; i < rows; i += 2)
    for (int p = 0; p < PAIRS; ++p) products[i / 2][p] = zero_ints();
  for (size_t g = 0; g < groups; ++g) {
    ints codes[PAIRS];
    load_pairs(rhs, codes);
    for (int i = 0; i < rows; i += 2) {
      int8x16_t left = vreinterpretq_s8_s32(load_ints(lhs + 8 * i));
      for (int p = 0; p < PAIRS; ++p)
        products[i / 2][p] = vusmmlaq_s32(products[i / 2][p], vreinterpretq_u8_s32(codes[p]), left);
    }
    lhs += LHS_BYTES;
    rhs += RHS_BYTES;
  }
  // A product is of lane 0 by row 0, lane 0 by row 1, lane 1 by row 0, lane 1 by row 1.
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) {
      ints first = products[i / 2][2 * v], second = products[i / 2][2 * v + 1];
      ints of_row = i % 2 ? vuzp2q_s32(first, second) : vuzp1q_s32(first, second);
      sums[i][v] = add_ints(sums[i][v], of_row);
    }
}

#include "matmul_i8_body.h"
#include "matmul_panels.h"
