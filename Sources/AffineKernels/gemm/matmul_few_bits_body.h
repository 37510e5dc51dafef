// Products with codes of few bits, or of half bytes that stand for whole numbers of a table. One row takes
// codes apart in registers; for more rows those of a few slices at a time become bytes, which all left panels pass
// by. The file that includes it defines the vectors, `ROWS`, `LHS_BYTES`, `add_products` and `byte_panels`.

#include "slice_numbers.h"

/// The products of all left panels with codes that `source` makes bytes.
INLINE void byte_panels(const aq_matmul_i8_args *t, code_source *source, const int kind);

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
/// MXFP4, AVX2, Zen 5: 0.27 ms for 0.36). Left scales and zero points have none of their own, which would be 2 %
/// faster than those that ask in every slice.
#define ONE_ROW_OF_TERMS(kind, terms)                                                                         \
  static __attribute__((noinline, aligned(64))) void one_row_##kind##_##terms(const aq_matmul_i8_args *t) {   \
    one_row(t, kind, terms);                                                                                  \
  }
#define ONE_ROW(kind)                   \
  ONE_ROW_OF_TERMS(kind, NO_TERMS)      \
  ONE_ROW_OF_TERMS(kind, RIGHT_BIASES)  \
  ONE_ROW_OF_TERMS(kind, ANY_TERMS)     \
  static void one_row_##kind(const aq_matmul_i8_args *t) {          \
    switch (terms_of(t)) {                                          \
      case NO_TERMS: one_row_##kind##_NO_TERMS(t); break;           \
      case RIGHT_BIASES: one_row_##kind##_RIGHT_BIASES(t); break;   \
      default: one_row_##kind##_ANY_TERMS(t); break;                \
    }                                                               \
  }
ONE_ROW(1)
ONE_ROW(2)
ONE_ROW(3)
ONE_ROW(5)
ONE_ROW(6)
ONE_ROW(7)
ONE_ROW(TABLE_OF_16)
ONE_ROW(TABLE_OF_64)

INLINE void one_row_of(const aq_matmul_i8_args *t, const int kind) {
  switch (kind) {
    case 1: one_row_1(t); break;
    case 2: one_row_2(t); break;
    case 3: one_row_3(t); break;
    case 5: one_row_5(t); break;
    case 6: one_row_6(t); break;
    case 7: one_row_7(t); break;
    case TABLE_OF_64: one_row_TABLE_OF_64(t); break;
    default: one_row_TABLE_OF_16(t); break;
  }
}

/// One row against codes of half bytes, for the kernels of these.
#define ROW_OF_HALF_BYTES(isa) \
  ONE_ROW(HALF_BYTES)          \
  void aq_matmul_i4_##isa##_row(const aq_matmul_i8_args *t) { one_row_HALF_BYTES(t); }

#define SOURCE(kind)                                                                                           \
  static const uint8_t *source_##kind(const aq_matmul_i8_args *t, const uint8_t **rhs, size_t quads) {        \
    *rhs = expand(t, *rhs, quads, kind);                                                                       \
    return t->scratch;                                                                                         \
  }
SOURCE(1)
SOURCE(2)
SOURCE(3)
SOURCE(5)
SOURCE(6)
SOURCE(7)
SOURCE(TABLE_OF_16)
SOURCE(TABLE_OF_64)

INLINE code_source *source_of(const int kind) {
  switch (kind) {
    case 1: return source_1;
    case 2: return source_2;
    case 3: return source_3;
    case 5: return source_5;
    case 6: return source_6;
    case 7: return source_7;
    case TABLE_OF_64: return source_TABLE_OF_64;
    default: return source_TABLE_OF_16;
  }
}

INLINE void few_bits(const aq_matmul_i8_args *t, const int kind) {
  if (t->rows == 1) one_row_of(t, kind);
  else byte_panels(t, source_of(kind), kind);
}
