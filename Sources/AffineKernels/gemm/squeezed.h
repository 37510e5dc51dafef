// Codes of 1, 2, 3, 5, 6 and 7 bits, squeezed: of every few quads of a panel, byte by byte, whole codes lie at
// the bottom of bytes, and what these leave at the top makes the others, so that each byte is loaded once.
// squeeze_body.h writes them.

/// Quads that are squeezed together, and the bytes that they become, a quad each: 4 where codes have an even
/// number of bits, else 8.
#define SQUEEZED_QUADS(bits) ((bits) % 2 == 0 ? 4 : 8)
#define SQUEEZED_ROWS(bits) ((bits) * SQUEEZED_QUADS(bits) / 8)

/// The codes of one vector of lanes, a quad each; the bytes of the next row lie `stride` further.
INLINE void unsqueeze(const uint8_t *p, size_t stride, const int bits, ints codes[8]) {
  ints x[7];
  for (int r = 0; r < SQUEEZED_ROWS(bits); ++r) x[r] = load_ints(p + (size_t)r * stride);
  switch (bits) {
    case 1:
      for (int q = 0; q < 8; ++q) codes[q] = keep_bits(shift_right(x[0], q), 1);
      break;
    case 2:
      for (int q = 0; q < 4; ++q) codes[q] = keep_bits(shift_right(x[0], 2 * q), 3);
      break;
    case 3:
      for (int r = 0; r < 3; ++r) {
        codes[2 * r] = keep_bits(x[r], 7);
        codes[2 * r + 1] = keep_bits(shift_right(x[r], 3), 7);
      }
      codes[6] = keep_bits(select_bits(3, shift_right(x[0], 6), shift_right(x[2], 4)), 7);
      codes[7] = keep_bits(select_bits(3, shift_right(x[1], 6), shift_right(x[2], 5)), 7);
      break;
    case 5:
      for (int r = 0; r < 5; ++r) codes[r] = keep_bits(x[r], 31);
      codes[5] = keep_bits(select_bits(7, shift_right(x[0], 5), shift_right(x[3], 2)), 31);
      codes[6] = keep_bits(select_bits(7, shift_right(x[1], 5), shift_right(x[4], 2)), 31);
      codes[7] = keep_bits(
          select_bits(7, shift_right(x[2], 5), select_bits(15, shift_right(x[3], 4), shift_right(x[4], 3))), 31);
      break;
    case 6:
      for (int r = 0; r < 3; ++r) codes[r] = keep_bits(x[r], 63);
      codes[3] = keep_bits(
          select_bits(3, shift_right(x[0], 6), select_bits(15, shift_right(x[1], 4), shift_right(x[2], 2))), 63);
      break;
    default: {
      for (int r = 0; r < 7; ++r) codes[r] = keep_bits(x[r], 127);
      ints last = shift_right(x[6], 1);
      for (int r = 5; r >= 0; --r) last = select_bits((1 << (r + 1)) - 1, shift_right(x[r], 7 - r), last);
      // The bits of a row come below those of the rows after it.
      codes[7] = keep_bits(last, 127);
      break;
    }
  }
}
