#include "affine_kernels.h"

// aq_squeeze_args, written once: loops over bytes that a compiler turns into vectors.

enum { SQUEEZE, SPREAD };

/// Of one group, and for each place of a row of it: c are codes, x bytes.
#define EACH_PLACE(formulas)                                   \
  for (size_t i = 0; i < width; ++i) {                         \
    uint8_t c[8] = {0}, x[7] = {0};                            \
    for (int q = 0; q < quads; ++q)                            \
      if (way == SQUEEZE) c[q] = in[(size_t)q * width + i];    \
    for (int r = 0; r < rows; ++r)                             \
      if (way == SPREAD) x[r] = in[(size_t)r * width + i];     \
    formulas                                                   \
    for (int r = 0; r < rows; ++r)                             \
      if (way == SQUEEZE) out[(size_t)r * width + i] = x[r];   \
    for (int q = 0; q < quads; ++q)                            \
      if (way == SPREAD) out[(size_t)q * width + i] = c[q];    \
  }

INLINE void squeeze_group(
    const uint8_t *restrict in, uint8_t *restrict out, size_t width, const int bits, const int way) {
  const int quads = bits % 2 == 0 ? 4 : 8, rows = bits * quads / 8, mask = (1 << bits) - 1;
  EACH_PLACE({
    int y[7] = {0};
    int d[8] = {0};
    for (int q = 0; q < quads; ++q) d[q] = c[q] & mask;
    for (int r = 0; r < rows; ++r) y[r] = x[r];
    if (way == SQUEEZE) {
      if (bits == 1) for (int q = 0; q < 8; ++q) y[0] |= d[q] << q;
      if (bits == 2) for (int q = 0; q < 4; ++q) y[0] |= d[q] << 2 * q;
      if (bits == 3) {
        for (int r = 0; r < 3; ++r) y[r] = d[2 * r] | d[2 * r + 1] << 3;
        y[0] |= d[6] << 6;
        y[1] |= d[7] << 6;
        y[2] |= d[6] >> 2 << 6 | d[7] >> 2 << 7;
      }
      if (bits == 5) {
        for (int r = 0; r < 5; ++r) y[r] = d[r];
        for (int r = 0; r < 3; ++r) y[r] |= d[5 + r] << 5;
        y[3] |= d[5] >> 3 << 5 | (d[7] >> 3 & 1) << 7;
        y[4] |= d[6] >> 3 << 5 | d[7] >> 4 << 7;
      }
      if (bits == 6) for (int r = 0; r < 3; ++r) y[r] = d[r] | (d[3] >> 2 * r & 3) << 6;
      if (bits == 7) for (int r = 0; r < 7; ++r) y[r] = d[r] | (d[7] >> r & 1) << 7;
      for (int r = 0; r < rows; ++r) x[r] = (uint8_t)y[r];
    } else {
      if (bits == 1) for (int q = 0; q < 8; ++q) d[q] = y[0] >> q;
      if (bits == 2) for (int q = 0; q < 4; ++q) d[q] = y[0] >> 2 * q;
      if (bits == 3) {
        for (int r = 0; r < 3; ++r) {
          d[2 * r] = y[r];
          d[2 * r + 1] = y[r] >> 3;
        }
        d[6] = y[0] >> 6 | (y[2] >> 6 & 1) << 2;
        d[7] = y[1] >> 6 | y[2] >> 7 << 2;
      }
      if (bits == 5) {
        for (int r = 0; r < 5; ++r) d[r] = y[r];
        d[5] = y[0] >> 5 | (y[3] >> 5 & 3) << 3;
        d[6] = y[1] >> 5 | (y[4] >> 5 & 3) << 3;
        d[7] = y[2] >> 5 | y[3] >> 7 << 3 | y[4] >> 7 << 4;
      }
      if (bits == 6) {
        for (int r = 0; r < 3; ++r) d[r] = y[r];
        d[3] = y[0] >> 6 | y[1] >> 6 << 2 | y[2] >> 6 << 4;
      }
      if (bits == 7) for (int r = 0; r < 7; ++r) {
        d[r] = y[r];
        d[7] |= y[r] >> 7 << r;
      }
      for (int q = 0; q < quads; ++q) c[q] = (uint8_t)(d[q] & mask);
    }
  })
}

INLINE void squeeze_groups(const aq_squeeze_args *t, const int bits, const int way) {
  const size_t quads = bits % 2 == 0 ? 4 : 8, rows = (size_t)bits * quads / 8;
  const size_t from = way == SQUEEZE ? quads : rows, to = way == SQUEEZE ? rows : quads;
  for (size_t g = 0; g < t->groups; ++g)
    squeeze_group(t->in + g * from * t->width, t->out + g * to * t->width, t->width, bits, way);
}

INLINE void squeeze_any(const aq_squeeze_args *t, const int way) {
  switch (t->bits) {
    case 1: squeeze_groups(t, 1, way); break;
    case 2: squeeze_groups(t, 2, way); break;
    case 3: squeeze_groups(t, 3, way); break;
    case 5: squeeze_groups(t, 5, way); break;
    case 6: squeeze_groups(t, 6, way); break;
    default: squeeze_groups(t, 7, way); break;
  }
}
