#include <immintrin.h>

#include "registers.h"

// The operations of products on 512-bit vectors.

enum { WIDTH = 16, VECTORS = 2 };
typedef __m512i ints;
typedef __m512 floats;

static inline ints load_ints(const void *p) { return _mm512_loadu_si512(p); }
static inline ints broadcast_int(const void *p) {
  int32_t value;
  __builtin_memcpy(&value, p, sizeof value);
  return _mm512_set1_epi32(value);
}
static inline ints add_ints(ints a, ints b) { return _mm512_add_epi32(a, b); }
static inline ints subtract_ints(ints a, ints b) { return _mm512_sub_epi32(a, b); }
static inline ints multiply_ints(ints a, ints b) { return _mm512_mullo_epi32(a, b); }
static inline floats to_floats(ints v) { return _mm512_cvtepi32_ps(v); }
static inline void store_ints(int32_t *p, ints v) { _mm512_storeu_si512(p, v); }
static inline floats zero_floats(void) { return _mm512_setzero_ps(); }
static inline floats load_floats(const float *p) { return _mm512_loadu_ps(p); }
static inline floats broadcast_float(const float *p) { return _mm512_set1_ps(*p); }
static inline floats multiply(floats a, floats b) { return _mm512_mul_ps(a, b); }
static inline floats add_product(floats a, floats b, floats sum) { return _mm512_fmadd_ps(a, b, sum); }
static inline void store_floats(float *p, floats v) { _mm512_storeu_ps(p, v); }

/// The codes of half bytes: low halves are the first 16 lanes of a quad, high halves the other 16.
static inline void split_nibbles(const uint8_t *p, ints codes[VECTORS]) {
  ints mask = _mm512_set1_epi8(15), bytes = load_ints(p);
  codes[0] = _mm512_and_si512(bytes, mask);
  codes[1] = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), mask);
}
