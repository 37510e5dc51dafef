// Steps of the contracted axis as tiles want them. A quad of codes can be a pair of bfloat16 as well.

/// One step of right codes as they lie, or in `bytes` with missing quads zero.
INLINE const uint8_t *right_step(const uint8_t *rhs, size_t present, size_t quads, uint8_t *bytes) {
  if (present == quads) return rhs;
  for (size_t b = 0; b < quads * QUAD_BYTES; ++b) bytes[b] = b < present * QUAD_BYTES ? rhs[b] : 0;
  return bytes;
}

/// One step of left codes, rows 64 bytes apart: as they lie, or in `bytes` where it reaches into the
/// next block of 64 bytes or has missing quads, which are zero.
INLINE const uint8_t *left_step(
    const uint8_t *lhs, size_t start, size_t rows, size_t present, size_t quads, uint8_t *bytes) {
  if (present == quads && start % 64 + 4 * quads <= 64) return lhs + start / 64 * STEP_BYTES + start % 64;
  for (size_t i = 0; i < rows; ++i) {
    for (size_t b = 0; b < 4 * quads; ++b) {
      size_t at = start + b;
      bytes[64 * i + b] = b < 4 * present ? lhs[at / 64 * STEP_BYTES + 64 * i + at % 64] : 0;
    }
  }
  return bytes;
}
