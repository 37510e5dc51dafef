#include "affine_kernels.h"

/// The plain loop over a part of the matrix.
static inline __attribute__((always_inline)) void transpose_8_part(
    const aq_transpose_args *a, size_t row, size_t rows, size_t column, size_t columns) {
  for (size_t c = column; c < column + columns; ++c)
    for (size_t r = row; r < row + rows; ++r)
      a->out[c * a->out_stride + r] = a->in[r * a->in_stride + c];
}
