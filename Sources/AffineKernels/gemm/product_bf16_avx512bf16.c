#include "affine_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "../inline.h"

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,fma"))), apply_to = function)

// A product of pairs of bfloat16 where they lie. A tile is ROWS by 2 vectors, so that all sums stay in registers.

enum { WIDTH = 16, ROWS = 8 };

/// `rows` by `vectors` sums from row `i` and column `j` on; of the last vector the columns of a mask.
INLINE void tile_at(
    const aq_product_args *t, size_t i, size_t j, const int rows, const int vectors, __mmask16 last) {
  const float *lhs = t->lhs + i * t->lhs_row, *rhs = (const float *)t->rhs + j;
  float *out = t->out + i * t->out_row + j;
  __m512 sums[ROWS][2];
  for (int r = 0; r < rows; ++r)
    for (int v = 0; v < vectors; ++v)
      sums[r][v] = t->accumulate ? _mm512_maskz_loadu_ps(v + 1 == vectors ? last : (__mmask16)0xffff,
                                                         out + (size_t)r * t->out_row + v * WIDTH)
                                 : _mm512_setzero_ps();
  for (size_t k = 0; k < t->depth; ++k) {
    __m512 b[2];
    for (int v = 0; v < vectors; ++v)
      b[v] = _mm512_maskz_loadu_ps(v + 1 == vectors ? last : (__mmask16)0xffff, rhs + v * WIDTH);
    for (int r = 0; r < rows; ++r) {
      __m512 a = _mm512_set1_ps(lhs[(size_t)r * t->lhs_row]);
      for (int v = 0; v < vectors; ++v)
        sums[r][v] = _mm512_dpbf16_ps(sums[r][v], (__m512bh)a, (__m512bh)b[v]);
    }
    lhs += t->lhs_depth;
    rhs += t->rhs_depth;
  }
  for (int r = 0; r < rows; ++r)
    for (int v = 0; v < vectors; ++v)
      _mm512_mask_storeu_ps(out + (size_t)r * t->out_row + v * WIDTH,
                            v + 1 == vectors ? last : (__mmask16)0xffff, sums[r][v]);
}

/// All rows of `vectors` vectors of columns.
INLINE void columns_at(const aq_product_args *t, size_t j, const int vectors, __mmask16 last) {
  size_t i = 0;
  for (; i + ROWS <= t->rows; i += ROWS) tile_at(t, i, j, ROWS, vectors, last);
  for (; i + 2 <= t->rows; i += 2) tile_at(t, i, j, 2, vectors, last);
  for (; i < t->rows; ++i) tile_at(t, i, j, 1, vectors, last);
}

void aq_product_bf16_avx512bf16(void *args) {
  const aq_product_args *t = args;
  size_t j = 0;
  for (; j + 2 * WIDTH <= t->columns; j += 2 * WIDTH) columns_at(t, j, 2, 0xffff);
  for (; j < t->columns; j += WIDTH) {
    size_t rest = t->columns - j;
    columns_at(t, j, 1, rest < WIDTH ? (__mmask16)((1u << rest) - 1) : (__mmask16)0xffff);
  }
}

#pragma clang attribute pop
#endif
