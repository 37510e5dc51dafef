#include "affine_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "vectors_256.h"

// Unlike the kernel of bytes for several rows this one reads no sums of products of neighbours, 4 bytes for 32 codes in groups.

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

#include "matmul_row_body.h"

ROW_KERNEL(i8, avx2, WHOLE_BYTES)
ROW_KERNEL(i4, avx2, HALF_BYTES)

#pragma clang attribute pop
#endif
