// The columns of a row that exist, of a vector of them. The file that includes it defines the vectors.

/// The first `columns` of a row; zeros for the others.
INLINE floats load_columns(const float *row, size_t columns) {
  float lanes[WIDTH] = {0};
  for (size_t j = 0; j < WIDTH && j < columns; ++j) lanes[j] = row[j];
  return load_floats(lanes);
}

INLINE void store_columns(float *row, size_t columns, floats values) {
  float lanes[WIDTH];
  store_floats(lanes, values);
  for (size_t j = 0; j < WIDTH && j < columns; ++j) row[j] = lanes[j];
}
