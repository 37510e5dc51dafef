#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "vectors_256.h"

// Rows one by one, which wait for the weight: of each panel its codes and scales alone are read. Kernels of bytes for
// several rows read sums of products of neighbours, too, 4 bytes for 32 codes in groups.

enum { ROWS = 1, LHS_BYTES = 4 };

#include "few_bits.h"

/// Quads of half bytes that are added in 16 bits: 4 pairs of products are at most 4 * 2 * 15 * 128 = 15360 < 2^15.
/// Bytes are products of 16 bits: each four codes become 0 and 2, 1 and 3, two of whose products are at most
/// 2 * 255 * 128 and are summed in 32 bits.
INLINE void add_products(
    ints codes[VECTORS][8], const uint8_t *lhs, const int quads, const int kind, ints sums[VECTORS]) {
  const ints ones = _mm256_set1_epi16(1), even_bytes = _mm256_set1_epi16(255);
  ints parts[VECTORS];
  for (int q = 0; q < quads; ++q) {
    const ints row = broadcast_int(lhs + q * LHS_BYTES);
    const ints odd = _mm256_srai_epi16(row, 8), even = _mm256_srai_epi16(_mm256_slli_epi16(row, 8), 8);
    for (int v = 0; v < VECTORS; ++v) {
      if (kind == WHOLE_BYTES) {
        ints product = _mm256_madd_epi16(_mm256_and_si256(codes[v][q], even_bytes), even);
        product = add_ints(product, _mm256_madd_epi16(_mm256_srli_epi16(codes[v][q], 8), odd));
        sums[v] = add_ints(sums[v], product);
      } else {
        ints product = _mm256_maddubs_epi16(codes[v][q], row);
        parts[v] = q == 0 ? product : _mm256_add_epi16(parts[v], product);
        if (q + 1 == quads) sums[v] = add_ints(sums[v], _mm256_madd_epi16(parts[v], ones));
      }
    }
  }
}

#include "one_row.h"
#include "each_right_panel.h"

ONE_ROW(HALF_BYTES)
ONE_ROW(WHOLE_BYTES)

/// Moves a call to the next left row.
static void next_row(aq_matmul_i8_args *t) {
  t->lhs = (const uint8_t *)t->lhs + t->groups * LHS_BYTES;
  t->lhs_start += t->slices;
  if (t->lhs_total) t->lhs_total += t->slices;
  if (t->lhs_zero) t->lhs_zero += t->slices;
  if (t->lhs_scale) t->lhs_scale += t->slices;
  if (t->lhs_sum) t->lhs_sum += t->slices;
  if (t->lhs_bias) t->lhs_bias += t->slices;
  if (t->row_scale) ++t->row_scale;
  ++t->lhs_row;
  t->out += t->stride;
}

/// Row after row of the left side, each a panel, with one right panel.
#define EACH_ROW(kind)                                                          \
  static void each_row_##kind(const aq_matmul_i8_args *args) {                  \
    aq_matmul_i8_args t = *args;                                                \
    t.rows = 1;                                                                 \
    for (size_t row = 0; row < args->rows; ++row, next_row(&t)) one_row_##kind(&t); \
  }
EACH_ROW(HALF_BYTES)
EACH_ROW(WHOLE_BYTES)

void aq_matmul_i8_avx2_row(void *args) {
  const aq_matmul_i8_args *t = args;
  each_right_panel(t, t->groups * BYTES_OF(WHOLE_BYTES), each_row_WHOLE_BYTES);
}
void aq_matmul_i4_avx2_row(void *args) {
  const aq_matmul_i8_args *t = args;
  each_right_panel(t, t->groups * BYTES_OF(HALF_BYTES), each_row_HALF_BYTES);
}

#pragma clang attribute pop
#endif
