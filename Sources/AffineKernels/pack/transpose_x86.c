#include "affine_kernels.h"
#include "../inline.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

/// A block goes through two buffers of one code a byte, which share a first-level cache: rows that lie
/// a power of two apart fall into few sets of it, so each line of the matrices is touched only once,
/// as a whole. Two lines a row of both matrices let the memory read and write longer pieces: 4096 × 4096 codes of
/// 8 bits took 5.15 ms where one line read took 6.36 (Zen 3), and with rows 128 bytes longer 4.72 and 4.53. Of 4 bits
/// it is one whole line.
enum { ROWS = 128, COLUMNS = 128 };

/// Transposes 32 rows of 16 bytes: four rounds of interleaving rows 8 apart, with rows 0 to 15 in the
/// low halves and 16 to 31 in the high ones.
static inline void transpose_32x16(const uint8_t in[][COLUMNS], uint8_t out[][ROWS]) {
  __m256i a[16], b[16];
  for (int i = 0; i < 16; ++i) {
    __m128i low = _mm_load_si128((const __m128i *)in[i]);
    a[i] = _mm256_inserti128_si256(
        _mm256_castsi128_si256(low), _mm_load_si128((const __m128i *)in[i + 16]), 1);
  }
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 8; ++i) {
      b[2 * i] = _mm256_unpacklo_epi8(a[i], a[i + 8]);
      b[2 * i + 1] = _mm256_unpackhi_epi8(a[i], a[i + 8]);
    }
    for (int i = 0; i < 16; ++i) a[i] = b[i];
  }
  for (int i = 0; i < 16; ++i) _mm256_store_si256((__m256i *)out[i], a[i]);
}

/// 32 codes, one a byte.
INLINE __m256i codes32(const uint8_t *in, const int bits) {
  if (bits == 8) return _mm256_loadu_si256((const __m256i *)in);
  __m256i pairs = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)in));
  return _mm256_and_si256(_mm256_or_si256(pairs, _mm256_slli_epi16(pairs, 4)), _mm256_set1_epi8(15));
}

/// Reads a block; rows up to the next 32 become zeros.
INLINE void read_block(
    const uint8_t *in, size_t stride, size_t rows, size_t columns, uint8_t block[][COLUMNS],
    const int bits) {
  size_t width = (columns * (size_t)bits + 7) / 8;
  for (size_t r = 0; r < rows; ++r) {
    const uint8_t *row = in + r * stride;
    uint8_t part[COLUMNS] = {0};
    if (columns < COLUMNS) {
      __builtin_memcpy(part, row, width);
      row = part;
    } else {
      // The next block: as long as its lines take to come from memory.
      for (size_t line = 0; line < width; line += 64) _mm_prefetch((const char *)row + width + line, _MM_HINT_T1);
    }
    for (size_t c = 0; c < COLUMNS; c += 32)
      _mm256_store_si256((__m256i *)(block[r] + c), codes32(row + c * (size_t)bits / 8, bits));
  }
  for (size_t r = rows; r % 32 != 0; ++r) __builtin_memset(block[r], 0, COLUMNS);
}

/// 32 bytes of a row of the result.
INLINE __m256i packed32(const uint8_t *codes, const int bits) {
  __m256i first = _mm256_load_si256((const __m256i *)codes);
  if (bits == 8) return first;
  // low * 1 + high * 16 of every pair: at most 255, so nothing saturates.
  __m256i weights = _mm256_set1_epi16(0x1001), second = _mm256_load_si256((const __m256i *)(codes + 32));
  __m256i bytes = _mm256_packus_epi16(
      _mm256_maddubs_epi16(first, weights), _mm256_maddubs_epi16(second, weights));
  return _mm256_permute4x64_epi64(bytes, 0xd8);
}

/// Writes a transposed block.
INLINE void write_block(
    uint8_t block[][ROWS], uint8_t *out, size_t stride, size_t rows, size_t columns, bool streams,
    const int bits) {
  size_t whole = ROWS * (size_t)bits / 8, width = (rows * (size_t)bits + 7) / 8;
  for (size_t c = 0; c < columns; ++c) {
    uint8_t *row = out + c * stride;
    __m256i bytes[ROWS / 32];
    for (size_t i = 0; i < whole / 32; ++i) bytes[i] = packed32(block[c] + i * 256 / (size_t)bits, bits);
    if (rows < ROWS) {
      __builtin_memcpy(row, bytes, width);
    } else if (streams) {
      for (size_t i = 0; i < whole / 32; ++i) _mm256_stream_si256((__m256i *)row + i, bytes[i]);
    } else {
      for (size_t i = 0; i < whole / 32; ++i) _mm256_storeu_si256((__m256i *)row + i, bytes[i]);
    }
  }
}

INLINE void transpose(
    const aq_transpose_args *a, const int bits) {
  // Zeros at first: what a block does not fill is moved, though never written out.
  _Alignas(64) uint8_t block[ROWS][COLUMNS] = {{0}}, turned[COLUMNS][ROWS] = {{0}};
  for (size_t r = 0; r < a->rows; r += ROWS) {
    size_t rows = a->rows - r < ROWS ? a->rows - r : ROWS;
    for (size_t c = 0; c < a->columns; c += COLUMNS) {
      size_t columns = a->columns - c < COLUMNS ? a->columns - c : COLUMNS;
      const uint8_t *in = a->in + r * a->in_stride + c * (size_t)bits / 8;
      read_block(in, a->in_stride, rows, columns, block, bits);
      for (size_t i = 0; i < columns; i += 16)
        for (size_t j = 0; j < rows; j += 32)
          transpose_32x16(
              (const uint8_t(*)[COLUMNS])&block[j][i], (uint8_t(*)[ROWS])&turned[i][j]);
      uint8_t *out = a->out + c * a->out_stride + r * (size_t)bits / 8;
      write_block(turned, out, a->out_stride, rows, columns, a->streams, bits);
    }
  }
  _mm_sfence();
}

void aq_transpose_8_avx2(void *args) { transpose(args, 8); }
void aq_transpose_4_avx2(void *args) { transpose(args, 4); }

#pragma clang attribute pop
#endif
