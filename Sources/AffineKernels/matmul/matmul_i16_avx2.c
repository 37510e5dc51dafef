#if defined(__x86_64__)
#include <immintrin.h>

#include "affine_kernels.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

// 6 rows by 16 columns: 12 accumulators, 2 vectors of the right panel, one broadcast, one product.
enum { WIDTH = 8, ROWS = 6 };
typedef __m256i ints;
typedef __m256 floats;

static inline ints zero_ints(void) { return _mm256_setzero_si256(); }
static inline floats zero_floats(void) { return _mm256_setzero_ps(); }
static inline ints load_pairs(const int16_t *p) { return _mm256_loadu_si256((const __m256i *)p); }
static inline ints broadcast_pair(const int16_t *p) {
  return _mm256_castps_si256(_mm256_broadcast_ss((const float *)p));
}
static inline ints add_dot(ints sum, ints a, ints b) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
}
static inline floats to_floats(ints v) { return _mm256_cvtepi32_ps(v); }
static inline floats load_floats(const float *p) { return _mm256_loadu_ps(p); }
static inline floats broadcast_float(const float *p) { return _mm256_broadcast_ss(p); }
static inline floats multiply(floats a, floats b) { return _mm256_mul_ps(a, b); }
static inline floats add_product(floats a, floats b, floats sum) { return _mm256_fmadd_ps(a, b, sum); }
static inline void store_ints(int32_t *p, ints v) { _mm256_storeu_si256((__m256i *)p, v); }
static inline void store_floats(float *p, floats v) { _mm256_storeu_ps(p, v); }

#include "matmul_i16_body.h"

void aq_matmul_i16_avx2(void *args) {
  const aq_matmul_i16_args *t = args;
  if (t->sums) {
    write_sums(t);
    return;
  }
  switch (t->rows) {
    case 1: tile_of_rows(t, 1); break;
    case 2: tile_of_rows(t, 2); break;
    case 3: tile_of_rows(t, 3); break;
    case 4: tile_of_rows(t, 4); break;
    case 5: tile_of_rows(t, 5); break;
    default: tile_of_rows(t, ROWS); break;
  }
}

#pragma clang attribute pop
#else
typedef int aq_matmul_i16_avx2_is_for_x86;
#endif
