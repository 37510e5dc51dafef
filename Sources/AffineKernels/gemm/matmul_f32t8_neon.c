#include "affine_kernels.h"

#if defined(__aarch64__)
#define MOST_ROWS 8

#include "vectors_128.h"

enum { ROWS = MOST_ROWS, NIBBLES = 0 };

#include "table8_128.h"
#include "matmul_codes_body.h"

void aq_matmul_f32t8_neon(void *args) { 
  switch (kind_of(args)) {
    case E4M3: rows_of_kind(args, E4M3); break;
    case E5M2: rows_of_kind(args, E5M2); break;
    default: rows_of_kind(args, LOADED); break;
  }
 }
#endif
