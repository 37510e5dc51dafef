#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "vectors_256.h"

#define MOST_ROWS 4
#define STARTS_RIGHT 1

// Without VNNI an exact product of bytes goes through 16 bits, where one multiplication port cycle
// serves 16 products. Winograd's identity of 1968 halves the multiplications:
//
//   a0 b0 + a1 b1 = (a0 + b1) (a1 + b0) - a0 a1 - b0 b1
//
// The last two terms depend on one operand each and are in lhs_start and rhs_start. An addition may
// use any of the four ports of this generation, a multiplication two, so the loop is bound by all
// four: 235 against 210 GOP/s for the plain product of widened codes, on the same core (Zen 4).
// |a + b| <= 128 + 255, so a pair of products is at most 2 * 383^2 and the whole wraps modulo 2^32.

enum { ROWS = 4, LHS_BYTES = 8 * ROWS, RHS_BYTES = 4 * VECTORS * WIDTH, PREFETCH = 8192 };

static const uint8_t even_bytes[32] __attribute__((aligned(32))) = {
    255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0,
    255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0};

/// One quad of one row. As assembly, since all 16 registers are in use and a compiler spills some.
INLINE void add_quad(const uint8_t *row, const ints even[VECTORS], const ints odd[VECTORS], ints sums[VECTORS]) {
  ints a, b, c, d;
  __asm__(
      "vpbroadcastd %[row_even], %[a]\n\t"
      "vpbroadcastd %[row_odd], %[b]\n\t"
      "vpaddw %[odd0], %[a], %[c]\n\t"
      "vpaddw %[even0], %[b], %[d]\n\t"
      "vpmaddwd %[c], %[d], %[c]\n\t"
      "vpaddw %[odd1], %[a], %[a]\n\t"
      "vpaddw %[even1], %[b], %[b]\n\t"
      "vpmaddwd %[a], %[b], %[a]\n\t"
      "vpaddd %[c], %[sum0], %[sum0]\n\t"
      "vpaddd %[a], %[sum1], %[sum1]"
      : [sum0] "+x"(sums[0]), [sum1] "+x"(sums[1]), [a] "=&x"(a), [b] "=&x"(b), [c] "=&x"(c), [d] "=&x"(d)
      : [row_even] "m"(*(const uint8_t(*)[4])row), [row_odd] "m"(*(const uint8_t(*)[4])(row + 4)),
        [even0] "x"(even[0]), [even1] "x"(even[1]), [odd0] "x"(odd[0]), [odd1] "x"(odd[1]));
}

/// Asks for codes of the next panel or so: the hardware looks less far ahead than a few rows take. What several
/// left panels of one slice ask for is in sum_slice.h.
INLINE void prefetch_codes(const uint8_t *rhs) {
  for (int line = 0; line < RHS_BYTES; line += 64) __builtin_prefetch(rhs + PREFETCH + line, 0, 2);
}

INLINE void add_quads(
    const uint8_t *lhs, const uint8_t *rhs, size_t quads, const int rows, const bool asks,
    ints sums[ROWS][VECTORS]) {
  ints kept[ROWS][VECTORS];
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) kept[i][v] = sums[i][v];
  for (size_t q = 0; q < quads; ++q) {
    ints even[VECTORS], odd[VECTORS];
    if (asks) prefetch_codes(rhs);
    for (int v = 0; v < VECTORS; ++v) {
      odd[v] = load_ints(rhs + 4 * v * WIDTH);
      __asm__("vpand %1, %2, %0" : "=x"(even[v]) : "m"(even_bytes), "x"(odd[v]));
      odd[v] = _mm256_srli_epi16(odd[v], 8);
    }
    for (int i = 0; i < rows; ++i) add_quad(lhs + 8 * i, even, odd, kept[i]);
    lhs += LHS_BYTES;
    rhs += RHS_BYTES;
  }
  for (int i = 0; i < rows; ++i)
    for (int v = 0; v < VECTORS; ++v) sums[i][v] = kept[i][v];
}

INLINE void sum_quads(
    const uint8_t *lhs, const uint8_t *rhs, size_t quads, const int rows, ints sums[ROWS][VECTORS]) {
  add_quads(lhs, rhs, quads, rows, rows > 1, sums);
}

#define SUM_ASKED_QUADS(t, lhs, rhs, quads, rows, sums) add_quads(lhs, rhs, quads, rows, false, sums)
#include "matmul_i8_body.h"
#include "matmul_panels.h"

void aq_matmul_i8_avx2(void *args) { panels_from(args, NULL); }

#pragma clang attribute pop
#endif
