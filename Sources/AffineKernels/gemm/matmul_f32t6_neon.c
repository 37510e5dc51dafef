#include "affine_kernels.h"

#if defined(__aarch64__)
#define MOST_ROWS 8

#include "vectors_128.h"

enum { ROWS = MOST_ROWS };

#define SQUEEZED
#define BITS_OF(kind) 6
#include "table8_128.h"
#include "squeezed.h"
#include "matmul_codes_body.h"

void aq_matmul_f32t6_neon(void *args) {
  if (kind_of(args) == E2M3) rows_of_kind(args, E2M3);
  else rows_of_kind(args, E3M2);
}
#endif
