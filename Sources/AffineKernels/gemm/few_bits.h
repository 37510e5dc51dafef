// Codes of few bits, or half bytes and codes of 6 bits that stand for whole numbers of a table, taken apart. The file
// that includes it defines the vectors and, for FEW_BITS_KERNELS, `few_bits`, what its kernels do.

#include "matmul_i8_body.h"
#include "squeezed.h"

/// Half bytes and bytes as they are, and half bytes and codes of 6 bits that stand for entries of `table`; every other
/// kind is a number of bits.
enum { HALF_BYTES = 4, WHOLE_BYTES = 8, TABLE_OF_16 = 16, TABLE_OF_64 = 64 };

#define IS_HALVES(kind) ((kind) == HALF_BYTES || (kind) == TABLE_OF_16)
#define IS_SQUEEZED(kind) (!IS_HALVES(kind) && (kind) != WHOLE_BYTES)
#define SQUEEZED_BITS(kind) ((kind) == TABLE_OF_64 ? 6 : (kind))
#define QUADS_OF(kind) (IS_SQUEEZED(kind) ? SQUEEZED_QUADS(SQUEEZED_BITS(kind)) : 1)
/// Bytes that as many quads take.
#define BYTES_OF(kind) \
  (IS_SQUEEZED(kind) ? 4 * COLUMNS * SQUEEZED_ROWS(SQUEEZED_BITS(kind)) : (IS_HALVES(kind) ? 2 : 4) * COLUMNS)
/// Quads that one row takes at a time, where there are as many.
#define STEP_OF(kind) (IS_SQUEEZED(kind) ? QUADS_OF(kind) : 4)

/// The entries of a table, 16 together.
typedef struct {
  ints parts[4];
} code_table;

INLINE code_table table_of(const aq_matmul_i8_args *t, const int kind) {
  code_table table;
  for (int i = 0; i < kind / 16 && i < 4; ++i) table.parts[i] = table_of_bytes(t->table + 16 * i);
  return table;
}

/// The codes of the next quads, or what they stand for.
INLINE void take_apart(
    const uint8_t *rhs, const code_table *table, const int quads, const int kind, ints codes[VECTORS][8]) {
  for (int q = 0; IS_HALVES(kind) && q < quads; ++q) {
    ints halves[VECTORS];
    split_nibbles(rhs + q * BYTES_OF(kind), halves);
    for (int v = 0; v < VECTORS; ++v)
      codes[v][q] = kind == TABLE_OF_16 ? bytes_at(table->parts[0], halves[v]) : halves[v];
  }
  for (int q = 0; kind == WHOLE_BYTES && q < quads; ++q)
    for (int v = 0; v < VECTORS; ++v) codes[v][q] = load_ints(rhs + q * BYTES_OF(kind) + 4 * v * WIDTH);
  for (int v = 0; IS_SQUEEZED(kind) && v < VECTORS; ++v) {
    unsqueeze(rhs + 4 * v * WIDTH, 4 * COLUMNS, SQUEEZED_BITS(kind), codes[v]);
    for (int q = 0; kind == TABLE_OF_64 && q < 4; ++q) codes[v][q] = bytes_of_64(table->parts, codes[v][q]);
  }
}

/// The codes of some quads, one a byte; returns where the next ones lie.
INLINE const uint8_t *expand(const aq_matmul_i8_args *t, const uint8_t *rhs, size_t quads, const int kind) {
  const code_table table = table_of(t, kind);
  uint8_t *to = t->scratch;
  for (size_t q = 0; q < quads; q += QUADS_OF(kind)) {
    ints codes[VECTORS][8];
    take_apart(rhs, &table, QUADS_OF(kind), kind, codes);
    for (int i = 0; i < QUADS_OF(kind); ++i)
      for (int v = 0; v < VECTORS; ++v) store_ints(to + 4 * (i * COLUMNS + v * WIDTH), codes[v][i]);
    to += 4 * COLUMNS * QUADS_OF(kind);
    rhs += BYTES_OF(kind);
  }
  return rhs;
}

INLINE void few_bits(const aq_matmul_i8_args *t, const int kind);

#define FEW_BITS_KERNEL(name, isa, kind) \
  void aq_matmul_##name##_##isa(void *args) { few_bits(args, kind); }
#define FEW_BITS_KERNELS(isa) \
  FEW_BITS_KERNEL(i1, isa, 1) \
  FEW_BITS_KERNEL(i2, isa, 2) \
  FEW_BITS_KERNEL(i3, isa, 3) \
  FEW_BITS_KERNEL(i5, isa, 5) \
  FEW_BITS_KERNEL(i6, isa, 6) \
  FEW_BITS_KERNEL(i7, isa, 7) \
  FEW_BITS_KERNEL(t4, isa, TABLE_OF_16) \
  FEW_BITS_KERNEL(t6, isa, TABLE_OF_64)
