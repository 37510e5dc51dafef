#if defined(__x86_64__)
#include <immintrin.h>

#include "affine_kernels.h"

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)

// 12 rows by 32 columns: 24 accumulators; a value is broadcast by the product's memory operand.
enum { WIDTH = 16, ROWS = 12 };
typedef __m512 floats;

static inline floats zero_floats(void) { return _mm512_setzero_ps(); }
static inline floats load_floats(const float *p) { return _mm512_loadu_ps(p); }
static inline floats broadcast_float(const float *p) { return _mm512_set1_ps(*p); }
static inline floats add_product(floats a, floats b, floats sum) { return _mm512_fmadd_ps(a, b, sum); }
static inline void store_floats(float *p, floats v) { _mm512_storeu_ps(p, v); }

#include "matmul_f32_body.h"

void aq_matmul_f32_avx512vnni(void *args) {
  const aq_matmul_f32_args *t = args;
  // Fewer rows than a tile has cost as many as the next of these.
  if (t->rows == 1) tile_of_rows(t, 1);
  else if (t->rows <= 4) tile_of_rows(t, 4);
  else if (t->rows <= 8) tile_of_rows(t, 8);
  else tile_of_rows(t, ROWS);
}

#pragma clang attribute pop
#else
typedef int aq_matmul_f32_avx512vnni_is_for_x86;
#endif
