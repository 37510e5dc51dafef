// Codes of few bits by dot products: against one row those of `dot`, against more those of the kernel of bytes. The
// file that includes it defines the vectors, `dot`, `ROWS` and `LHS_BYTES`.

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

#include "few_bits.h"
#include "matmul_few_bits_body.h"

#define DOT_KERNELS(isa)                                                                           \
  void aq_matmul_i8_##isa##_from(const aq_matmul_i8_args *t, code_source *source);                 \
  INLINE void byte_panels(const aq_matmul_i8_args *t, code_source *source, const int kind) {       \
    (void)kind;                                                                                    \
    aq_matmul_i8_##isa##_from(t, source);                                                          \
  }                                                                                                \
  FEW_BITS_KERNELS(isa)
