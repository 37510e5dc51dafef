#ifndef AFFINE_PACK_H
#define AFFINE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Codes that move: panels, transposes, sums on the way.

/// out[c, r] = in[r, c] for codes of one byte, or two a byte with the earlier in the low half
///
/// The half byte after an odd count of codes of a row of `out` is zero.
typedef struct {
  size_t rows, columns;        // of codes
  const uint8_t *_Nonnull in;  // [rows][in_stride]
  size_t in_stride;            // bytes
  uint8_t *_Nonnull out;       // [columns][out_stride]
  size_t out_stride;           // bytes
  bool streams;                // write past the caches; `out` and its stride are whole cache lines
} aq_transpose_args;

/// total[s] = sum of the codes of slice s; product[s] = sum over its quads of c0 * c1 + c2 * c3
///
/// One row of bytes, slice after slice, each padded with zeros to whole quads.
typedef struct {
  const uint8_t *_Nonnull codes;
  bool is_signed;
  size_t slices;
  const uint32_t *_Nonnull slice_quads;  // [slices]
  int32_t *_Nonnull total;               // [slices]
  int32_t *_Nonnull product;             // [slices], modulo 2^32
} aq_totals_args;

/// Each quad c0 c1 c2 c3 of signed bytes becomes four 16-bit numbers c0 c2 c1 c3.
typedef struct {
  const int8_t *_Nonnull codes;
  size_t quads;
  int16_t *_Nonnull wide;  // [quads][4]
} aq_widen_args;

/// out[i][lane] = in[lane][i] for units of one or two words of 32 bits: rows become a panel
typedef struct {
  size_t lanes;                 // rows there are
  size_t padded_lanes;          // lanes of the panel; those beyond `lanes` are written as zero
  size_t count;                 // units a row
  size_t words;                 // a unit: 1 or 2
  const uint32_t *_Nonnull in;  // [lanes][in_stride]
  size_t in_stride;             // words
  uint32_t *_Nonnull out;       // [count][padded_lanes][words]
} aq_interleave_args;

/// out[i][lane] = in[i][lane] for 32-bit units: columns that lie side by side become a panel
typedef struct {
  size_t lanes;                 // columns there are
  size_t padded_lanes;          // lanes of the panel; those beyond `lanes` are written as zero
  size_t count;                 // units a lane
  const uint32_t *_Nonnull in;  // [count][in_stride]
  size_t in_stride;
  uint32_t *_Nonnull out;       // [count][padded_lanes]
} aq_columns_args;

/// out[i][lane] = the bfloat16 of in[2 i][lane] and, above it, of in[2 i + 1][lane], or 0 where there is none:
/// columns of floats that lie side by side become a panel of pairs, rounded to nearest even
typedef struct {
  size_t lanes;               // columns there are
  size_t padded_lanes;        // lanes of the panel; those beyond `lanes` are written as zero
  size_t count;               // rows
  const float *_Nonnull in;   // [count][in_stride]
  size_t in_stride;
  uint32_t *_Nonnull out;     // [count / 2, rounded up][padded_lanes]
} aq_pairs_args;

/// out[p][q][lane][i] = in[4 q + i][p * panel_lanes + lane] ^ flip, or 0 where there is no such code: columns of
/// bytes that lie side by side become panels of quads
typedef struct {
  size_t lanes;                // columns there are
  size_t panel_lanes;          // lanes of a panel, at most 192
  size_t count;                // rows
  const uint8_t *_Nonnull in;  // [count][in_stride]
  size_t in_stride;            // bytes
  uint8_t flip;
  uint8_t *_Nonnull out;       // [lanes / panel_lanes, rounded up][count / 4, rounded up][panel_lanes][4]
  size_t panel_stride;         // bytes from one panel to the next
} aq_quads_args;

/// total[s][lane] = sum of the codes of slice s of a lane of a panel of quads
typedef struct {
  const uint8_t *_Nonnull codes;         // [sum of slice_quads][lanes][4]
  bool is_signed;
  size_t lanes;                          // at least 4
  size_t slices;
  const uint32_t *_Nonnull slice_quads;  // [slices]
  int32_t *_Nonnull total;               // [slices][lanes]
} aq_quad_totals_args;

/// Bytes of codes of 4 bits become half as many: out[g][b] = in[g][b] | in[g][half + b] << 4
typedef struct {
  size_t groups, half;
  const uint8_t *_Nonnull in;  // [groups][2 * half], below 16
  uint8_t *_Nonnull out;       // [groups][half]
} aq_halve_args;

/// The reverse: out[g][b] = in[g][b] & 15, out[g][half + b] = in[g][b] >> 4
typedef struct {
  size_t groups, half;
  const uint8_t *_Nonnull in;  // [groups][half]
  uint8_t *_Nonnull out;       // [groups][2 * half]
} aq_split_args;

/// Bytes of codes of 1, 2, 3, 5, 6 or 7 bits become fewer. Of each group, 8 rows of bytes, or 4 where the number
/// of bits is even, the codes of one place become as many bits in fewer rows: of row r
///
///   1: all codes, code q at bit q; 2: all codes, code q at bit 2 q
///   3: codes 2 r and 2 r + 1 at bits 0 and 3; at bits 6 and 7 the lower two bits of code 6 + r (r < 2), and
///      then (r = 2) the upper bits of codes 6 and 7
///   5: code r; from bit 5 on the lower three bits of code 5 + r (r < 3); then (r = 3, 4) the upper two of
///      codes 5 and 6, and at bit 7 those of code 7
///   6: code r, and at bits 6 and 7 bits 2 r and 2 r + 1 of code 3
///   7: code r, and at bit 7 bit r of code 7
typedef struct {
  size_t groups, width;
  uint32_t bits;
  const uint8_t *_Nonnull in;  // [groups][8 or 4][width]
  uint8_t *_Nonnull out;       // [groups][bits or bits / 2][width]
} aq_squeeze_args;

/// The reverse: the struct is the same, with `in` and `out` in each other's place.

/// The codes of a row of 1 to 8 bits each, the earlier in the lower bits, become bytes:
/// codes[i] = (pattern(i) ^ flip) + offset modulo 256
typedef struct {
  size_t count;                    // of codes
  const uint8_t *_Nonnull packed;  // [(count * bits + 7) / 8]
  uint32_t bits;
  uint8_t flip, offset;  // for two's complement: the sign's bit, and its negative
  uint8_t *_Nonnull codes;
} aq_unpack_args;

/// The low bits of bytes become the codes of a row; bits behind the last code are zero.
typedef struct {
  size_t count;  // of codes
  const uint8_t *_Nonnull codes;
  uint32_t bits;
  uint8_t *_Nonnull packed;  // [(count * bits + 7) / 8]
} aq_pack_args;

#endif
