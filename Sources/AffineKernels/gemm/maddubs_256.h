// Sums of products of unsigned codes of few bits in 16 bits, by vpmaddubsw. The file that includes it defines `ROWS`,
// `LHS_BYTES`, `RHS_BYTES` and `load_codes`, which loads those of one quad.

/// One quad of one row. As assembly, since all 16 registers are in use and a compiler spills some.
INLINE void add_quad(const uint8_t *row, const ints codes[VECTORS], ints part[VECTORS]) {
  ints a, b;
  __asm__(
      "vpbroadcastd %[row], %[a]\n\t"
      "vpmaddubsw %[a], %[codes0], %[b]\n\t"
      "vpmaddubsw %[a], %[codes1], %[a]\n\t"
      "vpaddw %[b], %[part0], %[part0]\n\t"
      "vpaddw %[a], %[part1], %[part1]"
      : [part0] "+x"(part[0]), [part1] "+x"(part[1]), [a] "=&x"(a), [b] "=&x"(b)
      : [row] "m"(*(const uint8_t(*)[4])row), [codes0] "x"(codes[0]), [codes1] "x"(codes[1]));
}

/// What 16-bit sums hold.
INLINE void widen_parts(const int rows, ints part[][VECTORS]) {
  ints ones = _mm256_set1_epi16(1);
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) part[i][v] = _mm256_madd_epi16(part[i][v], ones);
}

INLINE void add_parts(const int rows, ints part[][VECTORS], ints sums[][VECTORS]) {
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) sums[i][v] = add_ints(sums[i][v], part[i][v]);
}

/// The sums of a few quads, one at least.
INLINE void sum_few(
    const uint8_t *lhs, const uint8_t *rhs, size_t quads, const int rows, ints part[][VECTORS]) {
  ints codes[VECTORS];
  load_codes(rhs, codes);
  for (int i = 0; i < rows; ++i) {
    const ints row = broadcast_int(lhs + 4 * i);
    for (int v = 0; v < VECTORS; ++v) part[i][v] = _mm256_maddubs_epi16(codes[v], row);
  }
  for (size_t q = 1; q < quads; ++q) {
    lhs += LHS_BYTES;
    rhs += RHS_BYTES;
    load_codes(rhs, codes);
    for (int i = 0; i < rows; ++i) add_quad(lhs + 4 * i, codes, part[i]);
  }
  widen_parts(rows, part);
}
