#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "vectors_256.h"

#define MOST_ROWS 6

enum { ROWS = 6, LHS_BYTES = 4 * ROWS, RHS_BYTES = 4 * VECTORS * WIDTH };

INLINE void load_codes(const uint8_t *rhs, ints codes[VECTORS]) {
  for (int v = 0; v < VECTORS; ++v) codes[v] = load_ints(rhs + 4 * v * WIDTH);
}

#include "maddubs_256.h"

/// Quads that are added in 16 bits: a pair of products is at most 2 * 128 times the largest code, 127, 63 and
/// 31 of 7 to 5 bits, and at most 31 in a table of 16 and 127 in one of 64, so that 1, 2 and 4 of them stay below 2^15.
#define SAFE_QUADS(kind) ((kind) == 7 || (kind) > 16 ? 1 : (kind) == 6 ? 2 : (kind) == 5 || (kind) > 8 ? 4 : 8)

/// A call, and how many quads its codes allow to be added in 16 bits.
typedef struct {
  aq_matmul_i8_args t;
  size_t safe;
} bytes_call;

INLINE void sum_bytes(
    const aq_matmul_i8_args *t, const uint8_t *lhs, const uint8_t *rhs, size_t quads, const int rows,
    ints sums[][VECTORS]) {
  size_t safe = ((const bytes_call *)t)->safe;
  for (; quads > 0; quads -= safe) {
    ints part[ROWS][VECTORS];
    if (quads < safe) safe = quads;
    sum_few(lhs, rhs, safe, rows, part);
    add_parts(rows, part, sums);
    lhs += safe * LHS_BYTES;
    rhs += safe * RHS_BYTES;
  }
}

INLINE void add_products(
    ints codes[VECTORS][8], const uint8_t *lhs, const int quads, const int kind, ints sums[VECTORS]) {
  const ints ones = _mm256_set1_epi16(1);
  ints parts[VECTORS];
  for (int q = 0; q < quads; ++q) {
    ints row = broadcast_int(lhs + q * LHS_BYTES);
    for (int v = 0; v < VECTORS; ++v) {
      ints product = _mm256_maddubs_epi16(codes[v][q], row);
      parts[v] = q % SAFE_QUADS(kind) == 0 ? product : _mm256_add_epi16(parts[v], product);
      if ((q + 1) % SAFE_QUADS(kind) == 0 || q + 1 == quads)
        sums[v] = add_ints(sums[v], _mm256_madd_epi16(parts[v], ones));
    }
  }
}

#define SUM_QUADS(t, ...) sum_bytes(t, __VA_ARGS__)
#define SHORT_SLICE(t) (((const bytes_call *)t)->safe)
#include "few_bits.h"

#include "matmul_few_bits_body.h"
#include "matmul_panels.h"

static void panels_of_bytes(const bytes_call *call, code_source *source) { panels_from(&call->t, source); }

INLINE void byte_panels(const aq_matmul_i8_args *t, code_source *source, const int kind) {
  const bytes_call call = {*t, SAFE_QUADS(kind)};
  panels_of_bytes(&call, source);
}

FEW_BITS_KERNELS(avx2)

#pragma clang attribute pop
#endif
