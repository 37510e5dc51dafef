// What products of bfloat16 with codes of up to 7 bits, but 4, have in common on 512-bit registers.

#define MOST_ROWS 8
#include "vectors_512.h"
#include "pairs_512.h"

enum { ROWS = MOST_ROWS };

#define SQUEEZED
#include "pair_table_512.h"
#include "squeezed.h"
#include "matmul_bf16_codes_body.h"

#include "bf16few_bits_kernels.h"
