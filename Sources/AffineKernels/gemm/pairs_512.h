// Pairs of bfloat16 on 512-bit vectors.

/// Adds both products of each pair: the upper one first, with a rounding each.
INLINE floats add_pairs(ints a, ints b, floats sum) {
  return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
}
/// Pairs of the values of two vectors, rounded.
INLINE ints pair_up(floats low, floats high) {
  const ints order = _mm512_set_epi16(
      31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1,
      16, 0);
  return _mm512_permutexvar_epi16(order, (ints)_mm512_cvtne2ps_pbh(high, low));
}
