// Floats against codes of few bits: the kernels, one for each number of bits. The file that includes this defines the
// vectors and `ROWS`.

#define SQUEEZED
#include "numbers_body.h"
#include "squeezed.h"
#include "matmul_codes_body.h"

#define FLOAT_KERNEL(bits, isa) \
  void aq_matmul_f32i##bits##_##isa(void *args) { rows_of_kind(args, bits); }
#define FLOAT_KERNELS(isa) \
  FLOAT_KERNEL(1, isa)     \
  FLOAT_KERNEL(2, isa)     \
  FLOAT_KERNEL(3, isa)     \
  FLOAT_KERNEL(5, isa)     \
  FLOAT_KERNEL(6, isa)     \
  FLOAT_KERNEL(7, isa)
