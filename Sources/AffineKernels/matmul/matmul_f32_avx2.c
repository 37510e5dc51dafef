#if defined(__x86_64__)
#include <immintrin.h>

#include "affine_kernels.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

// 6 rows by 16 columns: 12 accumulators, 2 vectors of the right panel, one broadcast.
enum { WIDTH = 8, ROWS = 6 };
typedef __m256 floats;

static inline floats zero_floats(void) { return _mm256_setzero_ps(); }
static inline floats load_floats(const float *p) { return _mm256_loadu_ps(p); }
static inline floats broadcast_float(const float *p) { return _mm256_broadcast_ss(p); }
static inline floats add_product(floats a, floats b, floats sum) { return _mm256_fmadd_ps(a, b, sum); }
static inline void store_floats(float *p, floats v) { _mm256_storeu_ps(p, v); }

#include "matmul_f32_body.h"

void aq_matmul_f32_avx2(void *args) {
  const aq_matmul_f32_args *t = args;
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
typedef int aq_matmul_f32_avx2_is_for_x86;
#endif
