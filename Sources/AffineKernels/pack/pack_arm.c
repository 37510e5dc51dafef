#if defined(__aarch64__)
#include <stdint.h>

#define TARGET
#define ENTRY_OF(family) void aq_##family##_neon(void *args)

/// Eight codes in the low bits of a word, a byte each.
static inline uint64_t spread(uint64_t word, unsigned bits) {
  uint64_t codes = 0;
  for (unsigned i = 0; i < 8; i++) codes |= (word >> (i * bits) & (0xffu >> (8 - bits))) << (8 * i);
  return codes;
}

/// The reverse.
static inline uint64_t gather(uint64_t codes, unsigned bits) {
  uint64_t word = 0;
  for (unsigned i = 0; i < 8; i++) word |= (codes >> (8 * i) & (0xffu >> (8 - bits))) << (i * bits);
  return word;
}

#define SPREAD spread
#define GATHER gather
#include "bits_body.h"
#endif
