#include "transpose_8_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

/// Transposes 16 rows by 32 columns: four rounds of interleaving rows 8 apart, on both 128-bit halves
/// at once. After them register i holds column i of the low half and column i + 16 of the high one.
static inline void transpose_16x32(const uint8_t *in, size_t in_stride, uint8_t *out, size_t out_stride) {
  __m256i a[16], b[16];
  for (int i = 0; i < 16; ++i) a[i] = _mm256_loadu_si256((const __m256i *)(in + (size_t)i * in_stride));
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 8; ++i) {
      b[2 * i] = _mm256_unpacklo_epi8(a[i], a[i + 8]);
      b[2 * i + 1] = _mm256_unpackhi_epi8(a[i], a[i + 8]);
    }
    for (int i = 0; i < 16; ++i) a[i] = b[i];
  }
  for (int i = 0; i < 16; ++i) {
    _mm_storeu_si128((__m128i *)(out + (size_t)i * out_stride), _mm256_castsi256_si128(a[i]));
    _mm_storeu_si128((__m128i *)(out + (size_t)(i + 16) * out_stride), _mm256_extracti128_si256(a[i], 1));
  }
}

/// Rows of a strip: their results fill whole cache lines of the output.
enum { STRIP = 64 };

void aq_transpose_8_avx2(void *args) {
  const aq_transpose_args *a = args;
  size_t whole_rows = a->rows / 16 * 16, whole_columns = a->columns / 32 * 32;
  for (size_t strip = 0; strip < whole_rows; strip += STRIP) {
    size_t end = strip + STRIP < whole_rows ? strip + STRIP : whole_rows;
    for (size_t c = 0; c < whole_columns; c += 32)
      for (size_t r = strip; r < end; r += 16)
        transpose_16x32(
            a->in + r * a->in_stride + c, a->in_stride, a->out + c * a->out_stride + r, a->out_stride);
  }
  transpose_8_part(a, 0, whole_rows, whole_columns, a->columns - whole_columns);
  transpose_8_part(a, whole_rows, a->rows - whole_rows, 0, a->columns);
}

#pragma clang attribute pop
#endif
