// Steps of the contracted axis as tiles want them. A quad of codes can be a pair of bfloat16 as well.

/// Quads of a step: where all slices are short, as those of groups, the longest is one step. The first may be cut.
INLINE size_t quads_of_step(const uint32_t *slice_groups, size_t slices, size_t quads_of_group) {
  size_t longest = 0;
  for (size_t s = 0; s < slices; ++s) {
    const size_t quads = quads_of_group * slice_groups[s];
    if (quads >= TILE_QUADS) return TILE_QUADS;
    if (quads > longest) longest = quads;
  }
  return longest;
}

/// One step of right codes as they lie, or in `bytes` with missing quads zero.
INLINE const uint8_t *right_step(const uint8_t *rhs, size_t present, size_t quads, uint8_t *bytes) {
  if (present == quads) return rhs;
  const __m512i none = _mm512_setzero_si512();
  for (size_t b = 0; b < quads * QUAD_BYTES; b += 64)
    _mm512_store_si512(bytes + b, b < present * QUAD_BYTES ? _mm512_loadu_si512(rhs + b) : none);
  return bytes;
}

/// The lowest `count` bytes of a vector.
INLINE __mmask64 lowest_bytes(size_t count) { return count < 64 ? ((__mmask64)1 << count) - 1 : ~(__mmask64)0; }

/// One step of left codes, rows 64 bytes apart: as they lie, or in `bytes` where it reaches into the
/// next block of 64 bytes or has missing quads, which are zero.
INLINE const uint8_t *left_step(
    const uint8_t *lhs, size_t start, size_t rows, size_t present, size_t quads, uint8_t *bytes) {
  const uint8_t *block = lhs + start / 64 * STEP_BYTES;
  const size_t skipped = start % 64, first = 64 - skipped;
  if (present == quads && 4 * quads <= first) return block + skipped;
  // Bytes of the next block follow those of this one. What a mask leaves out is not read.
  const __mmask64 all = lowest_bytes(4 * present), here = all & lowest_bytes(first);
  for (size_t i = 0; i < rows; ++i) {
    __m512i row = _mm512_maskz_loadu_epi8(here, block + 64 * i + skipped);
    row = _mm512_mask_loadu_epi8(row, all & ~here, block + STEP_BYTES + 64 * i - first);
    _mm512_store_si512(bytes + 64 * i, row);
  }
  return bytes;
}
