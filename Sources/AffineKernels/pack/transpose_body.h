#include "affine_kernels.h"

/// The plain loop, in blocks that fit in a first-level cache, so that neither side touches a line twice.
static inline __attribute__((always_inline)) void transpose_body(
    const aq_transpose_args *a, const int bits) {
  enum { BLOCK = 64 };
  for (size_t r = 0; r < a->rows; r += BLOCK) {
    size_t rows = a->rows - r < BLOCK ? a->rows - r : BLOCK;
    for (size_t c = 0; c < a->columns; ++c) {
      const uint8_t *in = a->in + r * a->in_stride + c * (size_t)bits / 8;
      uint8_t *out = a->out + c * a->out_stride + r * (size_t)bits / 8;
      int shift = bits == 4 ? (int)(c % 2 * 4) : 0;
      for (size_t i = 0; i < rows; ++i) {
        uint8_t code = in[i * a->in_stride];
        if (bits == 8) {
          out[i] = code;
        } else {
          code = code >> shift & 15;
          out[i / 2] = i % 2 == 0 ? code : (uint8_t)(out[i / 2] | code << 4);
        }
      }
    }
  }
}
