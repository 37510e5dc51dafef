#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#include "vectors_256.h"

// 4-bit codes are unsigned, so vpmaddubsw takes them as they are: a pair of products is at most
// 2 * 15 * 128 = 3840 in magnitude, and 8 of them at most 30720 < 2^15, so 8 quads are added in 16
// bits before one multiplication by 1 widens them.

#define MOST_ROWS 6
enum { ROWS = 6, LHS_BYTES = 4 * ROWS, RHS_BYTES = 2 * VECTORS * WIDTH, SAFE_QUADS = 8 };

static inline __attribute__((always_inline)) void sum_few(
    const uint8_t *lhs, const uint8_t *rhs, size_t quads, const int rows, ints sums[ROWS][VECTORS]) {
  ints ones = _mm256_set1_epi16(1), part[ROWS][VECTORS];
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) part[i][v] = _mm256_setzero_si256();
  for (size_t q = 0; q < quads; ++q) {
    ints codes[VECTORS];
    split_nibbles(rhs + q * RHS_BYTES, codes);
    for (int i = 0; i < rows; ++i) {
      ints row = broadcast_int(lhs + q * LHS_BYTES + 4 * (size_t)i);
      for (int v = 0; v < VECTORS; ++v)
        part[i][v] = _mm256_add_epi16(part[i][v], _mm256_maddubs_epi16(codes[v], row));
    }
  }
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v)
      sums[i][v] = _mm256_add_epi32(sums[i][v], _mm256_madd_epi16(part[i][v], ones));
}

static inline __attribute__((always_inline)) void sum_quads(
    const uint8_t *lhs, const uint8_t *rhs, size_t quads, const int rows, ints sums[ROWS][VECTORS]) {
  for (; quads >= SAFE_QUADS; quads -= SAFE_QUADS) {
    sum_few(lhs, rhs, SAFE_QUADS, rows, sums);
    lhs += SAFE_QUADS * LHS_BYTES;
    rhs += SAFE_QUADS * RHS_BYTES;
  }
  if (quads > 0) sum_few(lhs, rhs, quads, rows, sums);
}

#include "matmul_i8_body.h"
#include "matmul_panels.h"

void aq_matmul_i4_avx2(void *args) { all_panels(args); }

#pragma clang attribute pop
#endif
