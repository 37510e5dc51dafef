// A few left rows against the panels of SME, by dot products on 128-bit vectors: an outer product of few rows leaves
// most of a tile unused, and the cores of a cluster may share one tile unit.

enum { FEW_ROWS = 4, MOST_VECTORS = 8 };

/// The products of one slice and some lanes: `vectors` of four each. Of half bytes the second half of these lanes is in
/// the high ones, and belongs to the second half of the panel.
INLINE void dot_lanes(
    const uint8_t *lhs, const uint8_t *rhs, size_t groups, size_t columns, const int rows, const int vectors,
    int32_t *sums) {
  const int loads = NIBBLES ? vectors / 2 : vectors;
  ints kept[FEW_ROWS][MOST_VECTORS];
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < vectors; ++v) kept[i][v] = zero_ints();
  for (size_t g = 0; g < groups; ++g) {
    const left_ints left = {{rows == 1 ? broadcast_int(lhs) : load_ints(lhs), zero_ints()}};
    for (int v = 0; v < loads; ++v) {
      ints codes = load_ints(rhs + 16 * v), low = NIBBLES ? keep_bits(codes, 15) : codes;
      for (int i = 0; i < rows; ++i) kept[i][v] = dot(kept[i][v], low, left_int(left, i));
      if (!NIBBLES) continue;
      for (int i = 0; i < rows; ++i)
        kept[i][loads + v] = dot(kept[i][loads + v], shift_right(codes, 4), left_int(left, i));
    }
    lhs += 4 * columns;
    rhs += (NIBBLES ? 2 : 4) * columns;
  }
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < vectors; ++v) {
      const size_t lane = NIBBLES && v >= loads ? columns / 2 + 4 * (size_t)(v - loads) : 4 * (size_t)v;
      store_ints(sums + (size_t)i * columns + lane, kept[i][v]);
    }
}

/// The same of all lanes and of some slices: what `sum_slices` does.
INLINE void dot_slices(
    const uint8_t *lhs, const uint8_t *rhs, const uint32_t *groups, size_t slices, size_t columns, const int rows,
    const int vectors, int32_t *sums) {
  const size_t loads = (size_t)(NIBBLES ? vectors / 2 : vectors), blocks = columns / (4 * (size_t)vectors);
  for (size_t s = 0; s < slices; ++s) {
    for (size_t b = 0; b < blocks; ++b)
      dot_lanes(lhs, rhs + 16 * loads * b, groups[s], columns, rows, vectors, sums + 4 * loads * b);
    lhs += (size_t)groups[s] * 4 * columns;
    rhs += (size_t)groups[s] * (NIBBLES ? 2 : 4) * columns;
    sums += (size_t)rows * columns;
  }
}

/// As many lanes at once as registers hold: a panel of one row passes by once.
static void sum_few_rows(
    const uint8_t *lhs, const uint8_t *rhs, const uint32_t *groups, size_t slices, size_t columns, size_t rows,
    int32_t *sums) {
  const bool is_wide = columns % (4 * MOST_VECTORS) == 0;
  if (rows == 1 && is_wide) dot_slices(lhs, rhs, groups, slices, columns, 1, MOST_VECTORS, sums);
  else if (rows == 1) dot_slices(lhs, rhs, groups, slices, columns, 1, 2, sums);
  else if (is_wide) dot_slices(lhs, rhs, groups, slices, columns, FEW_ROWS, MOST_VECTORS / 2, sums);
  else dot_slices(lhs, rhs, groups, slices, columns, FEW_ROWS, 2, sums);
}
