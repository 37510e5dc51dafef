#include "affine_kernels.h"

// A product of floats, or of floats and halves, where they lie, written once for every vector width. The file
// that includes it defines the vectors and `ROWS`. A tile is ROWS by 2 vectors, so that all sums stay in registers.

/// A vector of the right side, and one number of it.
INLINE floats right_floats(const aq_product_args *t, size_t place, const bool halves) {
  return halves ? load_halves((const uint16_t *)t->rhs + place) : load_floats((const float *)t->rhs + place);
}
INLINE float right_number(const aq_product_args *t, size_t place, const bool halves) {
  return halves ? (float)((const _Float16 *)t->rhs)[place] : ((const float *)t->rhs)[place];
}

/// Asks for what lies in the next right side where some vectors from a place on lie in this one.
INLINE void ask_for_next(const aq_product_args *t, size_t place, const int vectors, const bool halves) {
  const size_t size = halves ? 2 : 4;
  for (size_t byte = 0; byte < (size_t)vectors * WIDTH * size; byte += 64)
    __builtin_prefetch((const void *)((uintptr_t)t->next + place * size + byte), 0, 2);
}

/// `rows` by `vectors` sums from row `i` and column `j` on.
INLINE void tile_at(
    const aq_product_args *t, size_t i, size_t j, const int rows, const int vectors, const bool halves) {
  const float *lhs = t->lhs + i * t->lhs_row;
  float *out = t->out + i * t->out_row + j;
  floats sums[ROWS][VECTORS];
  for (int r = 0; r < rows; ++r)
    for (int v = 0; v < vectors; ++v)
      sums[r][v] = t->accumulate ? load_floats(out + (size_t)r * t->out_row + v * WIDTH) : zero_floats();
  // The first rows ask, once for all.
  const bool asks = i == 0 && t->next;
  for (size_t k = 0; k < t->depth; ++k) {
    floats b[VECTORS];
    if (asks) ask_for_next(t, k * t->rhs_depth + j, vectors, halves);
    for (int v = 0; v < vectors; ++v) b[v] = right_floats(t, k * t->rhs_depth + j + (size_t)v * WIDTH, halves);
    for (int r = 0; r < rows; ++r) {
      floats a = broadcast_float(lhs + (size_t)r * t->lhs_row);
      for (int v = 0; v < vectors; ++v) sums[r][v] = add_product(a, b[v], sums[r][v]);
    }
    lhs += t->lhs_depth;
  }
  for (int r = 0; r < rows; ++r)
    for (int v = 0; v < vectors; ++v)
      store_floats(out + (size_t)r * t->out_row + v * WIDTH, sums[r][v]);
}

/// All rows of `vectors` vectors of columns.
INLINE void columns_at(const aq_product_args *t, size_t j, const int vectors, const bool halves) {
  size_t i = 0;
  for (; i + ROWS <= t->rows; i += ROWS) tile_at(t, i, j, ROWS, vectors, halves);
  switch (t->rows - i) {
    case 5: tile_at(t, i, j, ROWS < 5 ? ROWS : 5, vectors, halves); break;
    case 4: tile_at(t, i, j, 4, vectors, halves); break;
    case 3: tile_at(t, i, j, 3, vectors, halves); break;
    case 2: tile_at(t, i, j, 2, vectors, halves); break;
    case 1: tile_at(t, i, j, 1, vectors, halves); break;
    default: break;
  }
}

INLINE void product_where_it_lies(const aq_product_args *t, const bool halves) {
  size_t j = 0;
  for (; j + VECTORS * WIDTH <= t->columns; j += VECTORS * WIDTH) columns_at(t, j, VECTORS, halves);
  for (; j + WIDTH <= t->columns; j += WIDTH) columns_at(t, j, 1, halves);
  for (; j < t->columns; ++j)
    for (size_t i = 0; i < t->rows; ++i) {
      float *out = t->out + i * t->out_row + j, sum = t->accumulate ? *out : 0;
      for (size_t k = 0; k < t->depth; ++k)
        sum = __builtin_fmaf(
            t->lhs[i * t->lhs_row + k * t->lhs_depth], right_number(t, k * t->rhs_depth + j, halves), sum);
      *out = sum;
    }
}
