#if defined(__x86_64__)
#include <immintrin.h>

#include "affine_kernels.h"

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma"))), apply_to = function)

// 12 rows by 32 columns: 24 accumulators; a pair is broadcast by the dot product's memory operand.
enum { WIDTH = 16, ROWS = 12 };
typedef __m512i ints;
typedef __m512 floats;

static inline ints zero_ints(void) { return _mm512_setzero_si512(); }
static inline floats zero_floats(void) { return _mm512_setzero_ps(); }
static inline ints load_pairs(const int16_t *p) { return _mm512_loadu_si512(p); }
static inline ints broadcast_pair(const int16_t *p) {
  int32_t pair;
  __builtin_memcpy(&pair, p, sizeof pair);
  return _mm512_set1_epi32(pair);
}
static inline ints add_dot(ints sum, ints a, ints b) { return _mm512_dpwssd_epi32(sum, a, b); }
static inline floats to_floats(ints v) { return _mm512_cvtepi32_ps(v); }
static inline floats load_floats(const float *p) { return _mm512_loadu_ps(p); }
static inline floats broadcast_float(const float *p) { return _mm512_set1_ps(*p); }
static inline floats multiply(floats a, floats b) { return _mm512_mul_ps(a, b); }
static inline floats add_product(floats a, floats b, floats sum) { return _mm512_fmadd_ps(a, b, sum); }
static inline void store_ints(int32_t *p, ints v) { _mm512_storeu_si512(p, v); }
static inline void store_floats(float *p, floats v) { _mm512_storeu_ps(p, v); }

#include "matmul_i16_body.h"

void aq_matmul_i16_avx512vnni(void *args) {
  const aq_matmul_i16_args *t = args;
  if (t->sums) {
    write_sums(t);
    return;
  }
  // Fewer rows than a tile has cost as many as the next of these.
  if (t->rows == 1) tile_of_rows(t, 1);
  else if (t->rows <= 4) tile_of_rows(t, 4);
  else if (t->rows <= 8) tile_of_rows(t, 8);
  else tile_of_rows(t, ROWS);
}

#pragma clang attribute pop
#else
typedef int aq_matmul_i16_avx512vnni_is_for_x86;
#endif
