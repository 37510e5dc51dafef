// Products with codes of few bits, or of half bytes that stand for whole numbers of a table. One row takes
// codes apart in registers; for more rows those of a few slices at a time become bytes, which all left panels pass
// by. The file that includes it defines the vectors, `ROWS`, `LHS_BYTES`, `add_products` and `byte_panels`.

#include "one_row.h"

/// The products of all left panels with codes that `source` makes bytes.
INLINE void byte_panels(const aq_matmul_i8_args *t, code_source *source, const int kind);

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
