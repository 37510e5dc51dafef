#include "affine_kernels.h"
#include "../inline.h"

/// Writes the sums of a slice: those that vectors gave, and the codes from `c` to `count`.
INLINE void end_slice(
    const aq_totals_args *a, size_t slice, const uint8_t *codes, size_t c, size_t count, const bool is_signed,
    uint32_t sum, uint32_t products) {
  for (; c < count; c += 2) {
    int32_t low = is_signed ? (int8_t)codes[c] : codes[c];
    int32_t high = is_signed ? (int8_t)codes[c + 1] : codes[c + 1];
    sum += (uint32_t)(low + high);
    products += (uint32_t)(low * high);
  }
  a->total[slice] = (int32_t)sum;
  a->product[slice] = (int32_t)products;
}
