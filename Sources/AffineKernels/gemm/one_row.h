#ifndef AFFINE_ONE_ROW_H
#define AFFINE_ONE_ROW_H

// One row against one right panel, whose codes are taken apart in registers and asked for before they are needed. The
// file that includes it includes few_bits.h and defines `ROWS`, `LHS_BYTES` and `add_products`, which adds the products
// of quads that are taken apart.

#include "slice_numbers.h"

/// Adds the products of the next quads, which are asked for so many bytes before.
INLINE void add_step(
    const uint8_t *lhs, const uint8_t *rhs, const code_table *table, size_t ahead, const int quads, const int kind,
    ints sums[VECTORS]) {
  ints codes[VECTORS][8];
  for (int i = 0; ahead > 0 && i < BYTES_OF(kind) * quads / QUADS_OF(kind); i += 64)
    __builtin_prefetch((const void *)((uintptr_t)rhs + ahead + (size_t)i), 0, 0);
  take_apart(rhs, table, quads, kind, codes);
  add_products(codes, lhs, quads, kind, sums);
}

/// The slices from `first` to `end`: where `lhs` and `rhs` lie after them is returned in these.
INLINE void slices_of_one_row(
    const aq_matmul_i8_args *t, const slice_numbers *numbers, size_t first, size_t end, const code_table *table,
    const int kind, const int terms, const uint8_t **left, const uint8_t **right, floats out[1][VECTORS]) {
  const uint8_t *lhs = *left, *rhs = *right;
  const size_t ahead = t->ahead;
  for (size_t s = first; s < end; ++s) {
    ints sums[1][VECTORS];
    start_sums(t, s * ROWS, s * COLUMNS, 1, terms, sums);
    size_t quads = t->slice_groups[s];
    for (; quads >= STEP_OF(kind); quads -= STEP_OF(kind)) {
      add_step(lhs, rhs, table, ahead, STEP_OF(kind), kind, sums[0]);
      lhs += STEP_OF(kind) * LHS_BYTES;
      rhs += BYTES_OF(kind) * STEP_OF(kind) / QUADS_OF(kind);
    }
    for (; STEP_OF(kind) > QUADS_OF(kind) && quads > 0; quads -= QUADS_OF(kind)) {
      add_step(lhs, rhs, table, ahead, QUADS_OF(kind), kind, sums[0]);
      lhs += QUADS_OF(kind) * LHS_BYTES;
      rhs += BYTES_OF(kind);
    }
    fold_loaded(t, s * ROWS, s * COLUMNS, numbers, s - first, 1, terms, sums, out);
  }
  *left = lhs;
  *right = rhs;
}

/// Some slices at a time, whose scales become floats first: a choice of their form in each slice would take longer
/// than its products.
INLINE void one_row(const aq_matmul_i8_args *t, const int kind, const int terms) {
  const uint8_t *lhs = t->lhs, *rhs = t->rhs;
  const code_table table = table_of(t, kind);
  float kept[2][CHUNK * COLUMNS];
  floats out[1][VECTORS];
  for (int v = 0; v < VECTORS; ++v) out[0][v] = zero_floats();
  for (size_t first = 0, end; first < t->slices; first = end) {
    end = t->slices - first > CHUNK ? first + CHUNK : t->slices;
    const slice_numbers numbers = load_numbers(t, first, end, kept);
    slices_of_one_row(t, &numbers, first, end, &table, kind, terms, &lhs, &rhs, out);
  }
  write_out(t, 0, 1, true, out);
}

/// Functions for each kind, at the start of a cache line: where a loop lies decides how fast it is fed (4096²
/// MXFP4, AVX2, Zen 5: 0.27 ms for 0.36).
#define ONE_ROW_OF_TERMS(terms, kind)                                                                         \
  static __attribute__((noinline, aligned(64))) void one_row_##kind##_##terms(const aq_matmul_i8_args *t) {   \
    one_row(t, kind, terms);                                                                                  \
  }
#define ONE_ROW_CASE(terms, kind) \
  case terms: one_row_##kind##_##terms(t); break;
#define ONE_ROW(kind)                                      \
  EACH_TERMS(ONE_ROW_OF_TERMS, kind)                       \
  static void one_row_##kind(const aq_matmul_i8_args *t) { \
    switch (terms_of(t)) {                                 \
      EACH_TERMS(ONE_ROW_CASE, kind)                       \
    }                                                      \
  }

#endif
