// Codes of few bits by dot products: against one row those of `dot`, against more those of the kernel of bytes. The
// file that includes it defines the vectors, `dot`, `ROWS` and `LHS_BYTES`.

#include "add_dot_products.h"
#include "few_bits.h"
#include "matmul_few_bits_body.h"

#define DOT_KERNELS(isa)                                                                           \
  void aq_matmul_i8_##isa##_from(const aq_matmul_i8_args *t, code_source *source);                 \
  INLINE void byte_panels(const aq_matmul_i8_args *t, code_source *source, const int kind) {       \
    (void)kind;                                                                                    \
    aq_matmul_i8_##isa##_from(t, source);                                                          \
  }                                                                                                \
  FEW_BITS_KERNELS(isa)
