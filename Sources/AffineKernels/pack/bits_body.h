#include "affine_kernels.h"

// Included once for each instruction set. SPREAD(word, bits) puts the 8 codes in the low bits of a word
// into bytes, GATHER does the reverse.

/// The same byte eight times.
static inline uint64_t each_byte(uint8_t byte) { return 0x0101010101010101u * byte; }

/// Sums of bytes modulo 256, eight at once: carries stay in their byte.
static inline uint64_t add_bytes(uint64_t a, uint64_t b) {
  const uint64_t low = each_byte(0x7f);
  return ((a & low) + (b & low)) ^ ((a ^ b) & ~low);
}

/// Codes that are bytes already, for the compiler to vectorize.
TARGET static inline void unpack_bytes(const aq_unpack_args *a) {
  const uint8_t *restrict packed = a->packed, flip = a->flip, offset = a->offset;
  uint8_t *restrict codes = a->codes;
  // A copy, since bytes that are stored may alias anything.
  const size_t count = a->count;
  for (size_t i = 0; i < count; ++i) codes[i] = (uint8_t)((packed[i] ^ flip) + offset);
}

/// Pairs of codes of 4 bits, for the compiler to vectorize; how many codes they are.
TARGET static inline size_t unpack_pairs(const aq_unpack_args *a) {
  const uint8_t *restrict packed = a->packed, flip = a->flip, offset = a->offset;
  uint8_t *restrict codes = a->codes;
  const size_t count = a->count / 2;
  for (size_t i = 0; i < count; ++i) {
    codes[2 * i] = (uint8_t)(((packed[i] & 15) ^ flip) + offset);
    codes[2 * i + 1] = (uint8_t)((packed[i] >> 4 ^ flip) + offset);
  }
  return 2 * count;
}

TARGET static inline size_t pack_pairs(const aq_pack_args *a) {
  const uint8_t *restrict codes = a->codes;
  uint8_t *restrict packed = a->packed;
  const size_t count = a->count / 2;
  for (size_t i = 0; i < count; ++i)
    packed[i] = (uint8_t)((codes[2 * i] & 15) | codes[2 * i + 1] << 4);
  return 2 * count;
}

ENTRY_OF(unpack_any) {
  const aq_unpack_args *a = args;
  const unsigned bits = a->bits;
  if (bits == 8) {
    unpack_bytes(a);
    return;
  }
  const uint64_t flip = each_byte(a->flip), offset = each_byte(a->offset);
  const size_t bytes = (a->count * bits + 7) / 8;
  size_t i = bits == 4 ? unpack_pairs(a) : 0, from = i / 2;
  // Whole words as long as they lie inside of the row: what is beyond eight codes is cut off.
  for (; i + 8 <= a->count && from + 8 <= bytes; i += 8, from += bits) {
    uint64_t word;
    __builtin_memcpy(&word, a->packed + from, 8);
    uint64_t codes = add_bytes(SPREAD(word, bits) ^ flip, offset);
    __builtin_memcpy(a->codes + i, &codes, 8);
  }
  for (; i < a->count; i += 8, from += bits) {
    uint64_t word = 0;
    __builtin_memcpy(&word, a->packed + from, bytes - from < 8 ? bytes - from : 8);
    uint64_t codes = add_bytes(SPREAD(word, bits) ^ flip, offset);
    __builtin_memcpy(a->codes + i, &codes, a->count - i < 8 ? a->count - i : 8);
  }
}

ENTRY_OF(pack_any) {
  const aq_pack_args *a = args;
  const unsigned bits = a->bits;
  const size_t bytes = (a->count * bits + 7) / 8;
  size_t i = bits == 4 ? pack_pairs(a) : 0, to = i / 2;
  // Whole words too: the next one writes over what is beyond eight codes.
  for (; i + 8 <= a->count && to + 8 <= bytes; i += 8, to += bits) {
    uint64_t codes;
    __builtin_memcpy(&codes, a->codes + i, 8);
    uint64_t word = GATHER(codes, bits);
    __builtin_memcpy(a->packed + to, &word, 8);
  }
  for (; i < a->count; i += 8, to += bits) {
    uint64_t codes = 0;
    __builtin_memcpy(&codes, a->codes + i, a->count - i < 8 ? a->count - i : 8);
    uint64_t word = GATHER(codes, bits);
    __builtin_memcpy(a->packed + to, &word, bytes - to < bits ? bytes - to : bits);
  }
}
