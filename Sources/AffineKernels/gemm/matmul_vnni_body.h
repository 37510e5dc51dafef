// Products of codes by the dot products of four bytes that VNNI has, unsigned by signed, exact. The
// file that includes it defines the vectors, `dot`, and `NIBBLES`.

enum { ROWS = 6, LHS_BYTES = 4 * ROWS, RHS_BYTES = (NIBBLES ? 2 : 4) * VECTORS * WIDTH };

INLINE void sum_quads(
    const uint8_t *lhs, const uint8_t *rhs, size_t quads, const int rows, ints sums[ROWS][VECTORS]) {
  for (size_t q = 0; q < quads; ++q) {
    ints codes[VECTORS];
    if (NIBBLES) {
      split_nibbles(rhs, codes);
    } else {
      for (int v = 0; v < VECTORS; ++v) codes[v] = load_ints(rhs + 4 * v * WIDTH);
    }
    for (int i = 0; i < rows; ++i) {
      ints row = broadcast_int(lhs + 4 * i);
      for (int v = 0; v < VECTORS; ++v) sums[i][v] = dot(sums[i][v], codes[v], row);
    }
    lhs += LHS_BYTES;
    rhs += RHS_BYTES;
  }
}

#include "matmul_i8_body.h"
#include "matmul_panels.h"
