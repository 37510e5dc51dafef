#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "vectors_256.h"

#define MOST_ROWS 6

// 4-bit codes are unsigned, so vpmaddubsw takes them as they are: a pair of products is at most
// 2 * 15 * 128 = 3840 in magnitude, and 8 of them at most 30720 < 2^15, so 8 quads are added in 16
// bits before one multiplication by 1 widens them.

enum { ROWS = 6, LHS_BYTES = 4 * ROWS, RHS_BYTES = 2 * VECTORS * WIDTH, SAFE_QUADS = 8 };

static const uint8_t low_halves[32] __attribute__((aligned(32))) = {
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15};

INLINE void load_codes(const uint8_t *rhs, ints codes[VECTORS]) {
  ints bytes = load_ints(rhs);
  __asm__("vpand %1, %2, %0" : "=x"(codes[0]) : "m"(low_halves), "x"(bytes));
  bytes = _mm256_srli_epi16(bytes, 4);
  __asm__("vpand %1, %2, %0" : "=x"(codes[1]) : "m"(low_halves), "x"(bytes));
}

#include "maddubs_256.h"

INLINE void sum_quads(
    const uint8_t *lhs, const uint8_t *rhs, size_t quads, const int rows, ints sums[ROWS][VECTORS]) {
  ints part[ROWS][VECTORS];
  for (; quads >= SAFE_QUADS; quads -= SAFE_QUADS) {
    sum_few(lhs, rhs, SAFE_QUADS, rows, part);
    add_parts(rows, part, sums);
    lhs += SAFE_QUADS * LHS_BYTES;
    rhs += SAFE_QUADS * RHS_BYTES;
  }
  if (quads == 0) return;
  sum_few(lhs, rhs, quads, rows, part);
  add_parts(rows, part, sums);
}

#define SHORT_SLICE(t) SAFE_QUADS

#include "matmul_i8_body.h"
#include "matmul_panels.h"

void aq_matmul_i4_avx2(void *args) { panels_from(args, NULL); }

#pragma clang attribute pop
#endif
