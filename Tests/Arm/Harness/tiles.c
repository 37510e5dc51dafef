// Tiles of a caller that wait to be saved, as Arm's procedure call standard has it: whoever needs the tiles first
// stores them where TPIDR2_EL0 leads, and says so by zero there.

#include "support.h"

#if defined(__aarch64__)
/// Fills the tiles, and says that they wait.
__attribute__((target("sme"))) static void fill_tiles(const uint8_t *from, size_t rows, void *block) {
  __asm__ volatile(
      "smstart za\n"
      "mov w12, #0\n"
      "1: ldr za[w12, 0], [%[from]]\n"
      "addsvl %[from], %[from], #1\n"
      "add w12, w12, #1\n"
      "cmp x12, %[rows]\n"
      "b.lo 1b\n"
      "msr tpidr2_el0, %[block]\n"
      : [from] "+r"(from)
      : [rows] "r"(rows), [block] "r"(block)
      : "x12", "cc", "memory");
}

__attribute__((target("sme"))) static uint64_t waiting(void) {
  uint64_t block;
  __asm__ volatile("mrs %0, tpidr2_el0" : "=r"(block)::"memory");
  return block;
}

__attribute__((target("sme"))) static uint64_t mode(void) {
  uint64_t bits;
  __asm__ volatile("mrs %0, svcr" : "=r"(bits)::"memory");
  return bits;
}

void run_with_waiting_tiles(const aq_kernel *kernel, void *arguments) {
  size_t rows = 4 * aq_scalable_words();
  uint8_t *tiles = random_bytes(rows * rows), *saved = NEW(uint8_t, rows *rows);
  struct {
    void *buffer;
    uint16_t rows;
    uint8_t reserved[6];
  } block = {saved, (uint16_t)rows, {0}};
  fill_tiles(tiles, rows, &block);
  kernel->run(arguments);
  if (waiting() != 0) fail("the caller is not told that its tiles were saved");
  if (mode() != 0) fail("the mode is %llu afterwards", (unsigned long long)mode());
  if (memcmp(tiles, saved, rows * rows) != 0) fail("the caller's tiles are lost");
}
#else
void run_with_waiting_tiles(const aq_kernel *kernel, void *arguments) { kernel->run(arguments); }
#endif
