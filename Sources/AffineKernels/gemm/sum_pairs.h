// Sums of products of pairs of bfloat16. The file that includes it defines the vectors, `add_pairs` and `ROWS`.

enum { CHAINS = 4, FEW_ROWS = 3 };

INLINE int chains_of(const int rows) { return rows == 1 ? CHAINS : rows <= FEW_ROWS ? 2 : 1; }

/// Adds the products of some pairs of `rows` left rows and of a right panel.
///
/// Rows that are few would wait for their own sums, so these are several then.
INLINE void sum_pairs(
    const uint32_t *lhs, size_t lanes, const uint32_t *rhs, size_t pairs, const int rows,
    floats sums[ROWS][VECTORS]) {
  const int chains = chains_of(rows);
  size_t p = 0;
#ifdef SUMS_BLOCKS
  if (rows >= 4 && rows % 2 == 0) {
    p = sum_blocks(lhs, lanes, rhs, pairs, rows, sums);
    lhs += p * lanes;
    rhs += p * VECTORS * WIDTH;
  }
#endif
  if (chains > 1) {
    floats more[CHAINS - 1][FEW_ROWS][VECTORS];
    for (int c = 0; c < chains - 1; ++c)
      for (int i = 0; i < rows; ++i)
        for (int v = 0; v < VECTORS; ++v) more[c][i][v] = zero_floats();
    for (; p + (size_t)chains <= pairs; p += (size_t)chains) {
#pragma clang loop unroll(full)
      for (int c = 0; c < chains; ++c) {
        for (int i = 0; i < rows; ++i) {
          ints value = broadcast_int(lhs + i);
          for (int v = 0; v < VECTORS; ++v) {
            floats *sum = c == 0 ? &sums[i][v] : &more[c - 1][i][v];
            *sum = add_pairs(value, load_ints(rhs + v * WIDTH), *sum);
          }
        }
        lhs += lanes;
        rhs += VECTORS * WIDTH;
      }
    }
    // What is left goes on with the chains, as where codes become pairs in registers.
    for (int c = 0; p < pairs; ++p, ++c) {
      for (int i = 0; i < rows; ++i) {
        ints value = broadcast_int(lhs + i);
        for (int v = 0; v < VECTORS; ++v) {
          floats *sum = c == 0 ? &sums[i][v] : &more[c - 1][i][v];
          *sum = add_pairs(value, load_ints(rhs + v * WIDTH), *sum);
        }
      }
      lhs += lanes;
      rhs += VECTORS * WIDTH;
    }
    for (int c = 0; c < chains - 1; ++c)
      for (int i = 0; i < rows; ++i)
        for (int v = 0; v < VECTORS; ++v) sums[i][v] = add_floats(sums[i][v], more[c][i][v]);
  }
  for (; p < pairs; ++p) {
    ints right[VECTORS];
    for (int v = 0; v < VECTORS; ++v) right[v] = load_ints(rhs + v * WIDTH);
    for (int i = 0; i < rows; ++i) {
      ints value = broadcast_int(lhs + i);
      for (int v = 0; v < VECTORS; ++v) sums[i][v] = add_pairs(value, right[v], sums[i][v]);
    }
    lhs += lanes;
    rhs += VECTORS * WIDTH;
  }
}
