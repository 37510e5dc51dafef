// What products do with vectors of either width, in the operations of vectors_256.h or vectors_512.h.

/// Entries of a table of 16 bytes.
INLINE ints table_of_bytes(const uint8_t *table) {
  return in_each_lane(_mm_loadu_si128((const __m128i *)table));
}

/// Byte `j` of every 32-bit lane, shifted to its top.
INLINE ints place_at_top(ints v, const int j) {
  // An index with its top bit set gives zero.
  const int clear = 0x00808080;
  return bytes_at(v, in_each_lane(_mm_setr_epi32(
      clear | j << 24, clear | (j + 4) << 24, clear | (j + 8) << 24, clear | (j + 12) << 24)));
}

/// What is taken from codes: as bytes, at once.
typedef ints code_offset;
static inline code_offset offset_of(uint8_t offset) { return broadcast_byte(offset); }
static inline ints less_offset(ints codes, code_offset offset) { return subtract_bytes(codes, offset); }

/// Code `j` of every lane as a float, and so many times as large without moving its sign.
#define CODE_FACTOR 0x1p24f
INLINE floats code_at(ints codes, const int j, code_offset offset) {
  (void)offset;
  return to_floats(byte_of(codes, j));
}
INLINE floats large_code_at(ints codes, const int j, code_offset offset) {
  (void)offset;
  return to_floats(place_at_top(codes, j));
}

/// Numbers of left rows: an operand from memory each.
typedef const float *left_floats;

INLINE left_floats load_left(const float *p, const int rows) {
  (void)rows;
  return p;
}
INLINE floats left_float(left_floats left, int row) { return broadcast_float(left + row); }
