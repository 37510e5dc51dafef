#include "transpose_8_body.h"

#if defined(__aarch64__)
/// Blocks that fit in a first-level cache, so that neither side touches a line twice.
enum { BLOCK = 64 };

void aq_transpose_8_neon(void *args) {
  const aq_transpose_args *a = args;
  for (size_t r = 0; r < a->rows; r += BLOCK)
    for (size_t c = 0; c < a->columns; c += BLOCK)
      transpose_8_part(
          a, r, a->rows - r < BLOCK ? a->rows - r : BLOCK, c,
          a->columns - c < BLOCK ? a->columns - c : BLOCK);
}
#endif
