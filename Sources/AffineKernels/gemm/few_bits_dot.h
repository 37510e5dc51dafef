// Codes of few bits against one row by dot products. The file that includes it defines `dot` and `LHS_BYTES`.

/// Two sums a vector, so that fewer products wait for the one before.
INLINE ints add_products(ints sum, const ints codes[8], const uint8_t *lhs, const int quads, const int kind) {
  (void)kind;
  ints other = broadcast_byte(0);
  for (int q = 0; q < quads; ++q) {
    ints row = broadcast_int(lhs + q * LHS_BYTES);
    if (q % 2 == 0) sum = dot(sum, codes[q], row);
    else other = dot(other, codes[q], row);
  }
  return quads == 1 ? sum : add_ints(sum, other);
}
