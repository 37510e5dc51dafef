#include "affine_kernels.h"

/// The code at a place of the panel, of tiles of 8 or 4 bits.
static inline __attribute__((always_inline)) int16_t tiled_code(
    const uint8_t *codes, size_t index, const int bits, const bool is_signed) {
  if (bits == 8) return is_signed ? (int8_t)codes[index] : codes[index];
  size_t place = index % 64;
  int code = codes[index / 64 * 32 + place % 32] >> (place / 32 * 4) & 15;
  return (int16_t)(is_signed ? (code ^ 8) - 8 : code);
}

/// The plain loop, from a code on.
static inline __attribute__((always_inline)) void widen_body(
    const aq_widen_args *a, const int bits, const bool is_signed) {
  size_t index = 0;
  for (size_t s = 0; s < a->slices; ++s) {
    const int16_t *zero = a->zero_points ? a->zero_points + s * a->lanes : NULL;
    for (uint32_t p = 0; p < a->pairs[s]; ++p) {
      for (size_t lane = 0; lane < 2 * a->lanes; ++lane, ++index) {
        int16_t code = tiled_code(a->codes, index, bits, is_signed);
        a->panel[index] = (int16_t)(code - (zero ? zero[lane / 2] : 0));
      }
    }
  }
}
