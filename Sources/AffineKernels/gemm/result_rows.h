// Rows of the result of a product of codes, read and written.

/// What rows of the result add up to so far.
INLINE void load_out(const aq_matmul_i8_args *t, size_t first, const int rows, floats out[][VECTORS]) {
  for (int i = 0; i < rows; ++i) {
    const float *row = t->out + (first + (size_t)i) * t->stride;
    if (t->columns == BLOCK_COLUMNS) {
      for (int v = 0; v < VECTORS; ++v) out[i][v] = load_floats(row + v * WIDTH);
    } else {
      float lanes[BLOCK_COLUMNS] = {0};
      for (size_t j = 0; j < t->columns; ++j) lanes[j] = row[j];
      for (int v = 0; v < VECTORS; ++v) out[i][v] = load_floats(lanes + v * WIDTH);
    }
  }
}

/// Writes rows of the result; `is_last` says that nothing more will be added.
INLINE void write_out(
    const aq_matmul_i8_args *t, size_t first, const int rows, const bool is_last, floats out[][VECTORS]) {
  for (int i = 0; i < rows && first + (size_t)i < t->rows; ++i) {
    float *row = t->out + (first + (size_t)i) * t->stride;
    if (is_last && t->row_scale)
      for (int v = 0; v < VECTORS; ++v)
        out[i][v] = multiply(out[i][v], broadcast_float(t->row_scale + first + i));
    if (t->columns == BLOCK_COLUMNS) {
      for (int v = 0; v < VECTORS; ++v) store_floats(row + v * WIDTH, out[i][v]);
    } else {
      float lanes[BLOCK_COLUMNS];
      for (int v = 0; v < VECTORS; ++v) store_floats(lanes + v * WIDTH, out[i][v]);
      for (size_t j = 0; j < t->columns; ++j) row[j] = lanes[j];
    }
  }
}
