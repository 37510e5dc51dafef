// Whether an emulator multiplies bytes by outer products as Arm says: QEMU before 9 sums lanes of odd places wrongly.

#include <stdint.h>

enum { MOST = 64 };

__attribute__((target("sme"))) static uint64_t words(void) {
  uint64_t bytes;
  __asm__("rdsvl %0, #1" : "=r"(bytes));
  return bytes / 4;
}

__attribute__((target("sme"))) static void multiply(
    const int8_t *lhs, const uint8_t *rhs, int32_t *sums, uint64_t rows) {
  __asm__ volatile(
      "smstart\n"
      "ptrue p0.b\n"
      "zero {za}\n"
      "ldr z0, [%[lhs]]\n"
      "ldr z1, [%[rhs]]\n"
      "sumopa za1.s, p0/m, p0/m, z0.b, z1.b\n"
      "mov w12, #0\n"
      "1: st1w {za1h.s[w12, 0]}, p0, [%[sums]]\n"
      "addvl %[sums], %[sums], #1\n"
      "add w12, w12, #1\n"
      "cmp x12, %[rows]\n"
      "b.lo 1b\n"
      "smstop\n"
      : [sums] "+r"(sums)
      : [lhs] "r"(lhs), [rhs] "r"(rhs), [rows] "r"(rows)
      : "x12", "p0", "v0", "v1", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "cc", "memory");
}

int main(void) {
  static int8_t lhs[4 * MOST];
  static uint8_t rhs[4 * MOST];
  static int32_t sums[MOST * MOST];
  const uint64_t size = words();
  for (int i = 0; i < 4 * MOST; ++i) {
    lhs[i] = (int8_t)(i * 37 - 128);
    rhs[i] = (uint8_t)(i * 101 + 7);
  }
  multiply(lhs, rhs, sums, size);
  for (uint64_t i = 0; i < size; ++i)
    for (uint64_t j = 0; j < size; ++j) {
      int32_t sum = 0;
      for (int k = 0; k < 4; ++k) sum += lhs[4 * i + k] * rhs[4 * j + k];
      if (sum != sums[i * size + j]) return 1;
    }
  return 0;
}
