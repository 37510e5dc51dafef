#include "affine_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "../inline.h"

#pragma clang attribute push( \
    __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)

// A product of pairs of bfloat16 where they lie, by AMX: 32 rows by 32 columns at a time, in four tiles of sums. What
// is no whole step of 16 pairs, and left rows whose pairs do not follow each other, are copied first; of the latter
// neighbours follow each other.

enum { TILE = 16, BLOCK = 2 * TILE, STEPS = 8 };

typedef struct {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} tile_shapes;

INLINE size_t least(size_t a, size_t b) { return a < b ? a : b; }
INLINE size_t beyond(size_t a, size_t b) { return a > b ? a - b : 0; }

/// Tiles 0 to 3 are sums, 4 and 5 left rows, 6 and 7 right columns; one that is not used has the shape of its
/// neighbour.
static void configure(size_t rows, size_t columns) {
  tile_shapes shapes __attribute__((aligned(64))) = {.palette = 1};
  const size_t height[2] = {least(rows, TILE), rows > TILE ? rows - TILE : TILE};
  const size_t width[2] = {least(columns, TILE), columns > TILE ? columns - TILE : TILE};
  for (size_t i = 0; i < 2; ++i)
    for (size_t j = 0; j < 2; ++j) {
      shapes.rows[2 * i + j] = (uint8_t)height[i];
      shapes.row_bytes[2 * i + j] = (uint16_t)(4 * width[j]);
    }
  for (size_t i = 0; i < 2; ++i) {
    shapes.rows[4 + i] = (uint8_t)height[i];
    shapes.row_bytes[4 + i] = 4 * TILE;
    shapes.rows[6 + i] = TILE;
    shapes.row_bytes[6 + i] = (uint16_t)(4 * width[i]);
  }
  _tile_loadconfig(&shapes);
}

/// Transposes 16 vectors of 16 words: by one word, by two, then quarters, twice.
INLINE void transpose_16x16(__m512 r[TILE]) {
  __m512 t[TILE];
  for (int i = 0; i < TILE; i += 2) {
    t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
  }
  for (int i = 0; i < TILE; i += 4) {
    r[i] = _mm512_shuffle_ps(t[i], t[i + 2], 0x44);
    r[i + 1] = _mm512_shuffle_ps(t[i], t[i + 2], 0xee);
    r[i + 2] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    r[i + 3] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
  // Now r[4 i + u] has in quarter q the words 4 q + u of vectors 4 i to 4 i + 3.
  for (int u = 0; u < 4; ++u) {
    __m512 even_low = _mm512_shuffle_f32x4(r[u], r[4 + u], 0x88);
    __m512 odd_low = _mm512_shuffle_f32x4(r[u], r[4 + u], 0xdd);
    __m512 even_high = _mm512_shuffle_f32x4(r[8 + u], r[12 + u], 0x88);
    __m512 odd_high = _mm512_shuffle_f32x4(r[8 + u], r[12 + u], 0xdd);
    t[u] = _mm512_shuffle_f32x4(even_low, even_high, 0x88);
    t[4 + u] = _mm512_shuffle_f32x4(odd_low, odd_high, 0x88);
    t[8 + u] = _mm512_shuffle_f32x4(even_low, even_high, 0xdd);
    t[12 + u] = _mm512_shuffle_f32x4(odd_low, odd_high, 0xdd);
  }
  for (int i = 0; i < TILE; ++i) r[i] = t[i];
}

INLINE __mmask16 first16(size_t count) {
  return count < TILE ? (__mmask16)((1u << count) - 1) : (__mmask16)0xffff;
}

/// Left rows of one step, 16 pairs each; what is not there is zero.
static void copy_left(const aq_product_args *t, size_t i, size_t rows, size_t k, size_t pairs, float *to) {
  const float *from = t->lhs + i * t->lhs_row + k * t->lhs_depth;
  if (t->lhs_depth == 1) {
    for (size_t r = 0; r < rows; ++r)
      _mm512_storeu_ps(to + TILE * r, _mm512_maskz_loadu_ps(first16(pairs), from + r * t->lhs_row));
    return;
  }
  // Then neighbouring rows lie side by side.
  for (size_t first = 0; first < rows; first += TILE) {
    __m512 words[TILE];
    for (size_t p = 0; p < TILE; ++p)
      words[p] = p < pairs
                     ? _mm512_maskz_loadu_ps(first16(rows - first), from + p * t->lhs_depth + first)
                     : _mm512_setzero_ps();
    transpose_16x16(words);
    for (size_t r = 0; r < TILE; ++r) _mm512_storeu_ps(to + TILE * (first + r), words[r]);
  }
}

/// Right rows of one step; what is not there is zero.
static void copy_right(const aq_product_args *t, size_t j, size_t columns, size_t k, size_t pairs, float *to) {
  __m512i zero = _mm512_setzero_si512();
  for (size_t p = 0; p < 2 * TILE; ++p) _mm512_storeu_si512(to + TILE * p, zero);
  for (size_t p = 0; p < pairs; ++p)
    __builtin_memcpy(to + BLOCK * p, (const float *)t->rhs + (k + p) * t->rhs_depth + j, 4 * columns);
}

typedef struct {
  const float *start;
  size_t stride;
} side;

/// The sums of a block, from `k` on.
INLINE void block_at(
    const aq_product_args *t, size_t i, size_t j, size_t k, size_t pairs, const side left[STEPS],
    bool accumulates, const bool two_rows, const bool two_columns) {
  float padded[TILE * BLOCK] __attribute__((aligned(64)));
  float *out = t->out + i * t->out_row + j, *lower = out + TILE * t->out_row;
  const size_t stride = 4 * t->out_row, columns = least(t->columns - j, BLOCK);
  if (accumulates) {
    _tile_loadd(0, out, stride);
    if (two_columns) _tile_loadd(1, out + TILE, stride);
    if (two_rows) _tile_loadd(2, lower, stride);
    if (two_rows && two_columns) _tile_loadd(3, lower + TILE, stride);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  for (size_t s = 0; s * TILE < pairs; ++s) {
    side right = {(const float *)t->rhs + (k + s * TILE) * t->rhs_depth + j, t->rhs_depth};
    if (pairs - s * TILE < TILE) {
      copy_right(t, j, columns, k + s * TILE, pairs - s * TILE, padded);
      right = (side){padded, BLOCK};
    }
    _tile_loadd(6, right.start, 4 * right.stride);
    _tile_loadd(4, left[s].start, 4 * left[s].stride);
    _tile_dpbf16ps(0, 4, 6);
    if (two_columns) {
      _tile_loadd(7, right.start + TILE, 4 * right.stride);
      _tile_dpbf16ps(1, 4, 7);
    }
    if (!two_rows) continue;
    _tile_loadd(5, left[s].start + TILE * left[s].stride, 4 * left[s].stride);
    _tile_dpbf16ps(2, 5, 6);
    if (two_columns) _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, out, stride);
  if (two_columns) _tile_stored(1, out + TILE, stride);
  if (two_rows) _tile_stored(2, lower, stride);
  if (two_rows && two_columns) _tile_stored(3, lower + TILE, stride);
}

void aq_product_bf16_amxbf16(void *args) {
  const aq_product_args *t = args;
  float copied[STEPS][BLOCK * TILE] __attribute__((aligned(64)));
  size_t height = 0, width = 0;
  for (size_t i = 0; i < t->rows; i += BLOCK) {
    size_t rows = least(t->rows - i, BLOCK);
    // Once without pairs, so that sums that are not there become zero.
    for (size_t k = 0; k < t->depth || k == 0; k += STEPS * TILE) {
      size_t pairs = least(beyond(t->depth, k), STEPS * TILE);
      side left[STEPS];
      for (size_t s = 0; s * TILE < pairs; ++s) {
        size_t start = k + s * TILE, present = least(pairs - s * TILE, TILE);
        bool lies = t->lhs_depth == 1 && present == TILE;
        if (!lies) copy_left(t, i, rows, start, present, copied[s]);
        left[s] = lies ? (side){t->lhs + i * t->lhs_row + start, t->lhs_row} : (side){copied[s], TILE};
      }
      for (size_t j = 0; j < t->columns; j += BLOCK) {
        size_t columns = least(t->columns - j, BLOCK);
        if (rows != height || columns != width) configure(height = rows, width = columns);
        bool accumulates = t->accumulate || k > 0;
        if (rows > TILE && columns > TILE) block_at(t, i, j, k, pairs, left, accumulates, true, true);
        else if (rows > TILE) block_at(t, i, j, k, pairs, left, accumulates, true, false);
        else if (columns > TILE) block_at(t, i, j, k, pairs, left, accumulates, false, true);
        else block_at(t, i, j, k, pairs, left, accumulates, false, false);
      }
    }
  }
  // The state is large; a thread that keeps it pays for it at every switch.
  _tile_release();
}

#pragma clang attribute pop
#endif
