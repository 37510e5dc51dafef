// The products of one row with quads that are taken apart, by `dot`, which the file that includes it defines.

/// Two sums a vector, so that fewer products wait for the one before.
INLINE void add_products(
    ints codes[VECTORS][8], const uint8_t *lhs, const int quads, const int kind, ints sums[VECTORS]) {
  (void)kind;
  ints others[VECTORS];
  for (int v = 0; v < VECTORS; ++v) others[v] = broadcast_byte(0);
  for (int q = 0; q < quads; ++q) {
    ints row = broadcast_int(lhs + q * LHS_BYTES);
    for (int v = 0; v < VECTORS; ++v) {
      ints *sum = q % 2 == 0 ? &sums[v] : &others[v];
      *sum = dot(*sum, codes[v][q], row);
    }
  }
  for (int v = 0; quads > 1 && v < VECTORS; ++v) sums[v] = add_ints(sums[v], others[v]);
}
