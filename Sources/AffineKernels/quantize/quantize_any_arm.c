#include "quantize_any_body.h"

#if defined(__aarch64__)

/// The upper four levels are counted, of several numbers at a time; the others are gone down.
static void find(const aq_tree *tree, const float *number, size_t count, uint8_t *restrict codes) {
  float top[16];
  __builtin_memcpy(top, tree->nodes, sizeof top);
  for (size_t i = 0; i < count; ++i) {
    int32_t code = 0;
    for (int node = 1; node < 16; ++node) code += top[node] <= number[i];
    codes[i] = (uint8_t)code;
  }
  if (tree->levels == 4) return;
  for (size_t i = 0; i < count; ++i) {
    uint32_t node = 16u + codes[i];
    for (int level = 4; level < 8; ++level) node = 2 * node + (tree->nodes[node] <= number[i]);
    codes[i] = (uint8_t)node;
  }
}

void aq_quantize_any_neon(void *args) { quantize_any_body(args, find); }
#endif
