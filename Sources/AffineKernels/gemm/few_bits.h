// Codes of few bits, or half bytes that stand for whole numbers of a table, taken apart. The file that includes
// it defines the vectors and `few_bits`, what its kernels do.

#include "matmul_i8_body.h"
#include "squeezed.h"

/// Half bytes that stand for entries of `table`; every other kind is a number of bits.
enum { TABLE_OF_16 = 16 };

#define QUADS_OF(kind) ((kind) == TABLE_OF_16 ? 1 : SQUEEZED_QUADS(kind))
/// Bytes that as many quads take.
#define BYTES_OF(kind) ((kind) == TABLE_OF_16 ? 2 * COLUMNS : 4 * COLUMNS * SQUEEZED_ROWS(kind))

INLINE ints table_of(const aq_matmul_i8_args *t, const int kind) {
  return kind == TABLE_OF_16 ? table_of_bytes(t->table) : broadcast_byte(0);
}

/// The codes of the next quads, or what they stand for.
INLINE void take_apart(const uint8_t *rhs, ints table, const int kind, ints codes[VECTORS][8]) {
  if (kind == TABLE_OF_16) {
    ints halves[VECTORS];
    split_nibbles(rhs, halves);
    for (int v = 0; v < VECTORS; ++v) codes[v][0] = bytes_at(table, halves[v]);
    return;
  }
  for (int v = 0; v < VECTORS; ++v) unsqueeze(rhs + 4 * v * WIDTH, 4 * COLUMNS, kind, codes[v]);
}

/// The codes of some quads, one a byte; returns where the next ones lie.
INLINE const uint8_t *expand(const aq_matmul_i8_args *t, const uint8_t *rhs, size_t quads, const int kind) {
  const ints table = table_of(t, kind);
  uint8_t *to = t->scratch;
  for (size_t q = 0; q < quads; q += QUADS_OF(kind)) {
    ints codes[VECTORS][8];
    take_apart(rhs, table, kind, codes);
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
  FEW_BITS_KERNEL(t4, isa, TABLE_OF_16)
