#include "affine_kernels.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#include "peak_read.h"
#include "streaming.h"

// Loops on registers alone: see peak_x86.c. 16 chains cover four cycles of four pipes.

enum { CHAINS = 16 };

/// `instruction` on sums %0 and operands %1 and %2, of `done` multiplications and additions.
#define PEAK(type, start, instruction, done)                                       \
  aq_peak_args *peak = args;                                                       \
  type a = start(3), b = start(5), sums[CHAINS];                                   \
  for (int c = 0; c < CHAINS; ++c) sums[c] = start(0);                             \
  for (size_t i = 0; i < peak->iterations; ++i)                                    \
    for (int c = 0; c < CHAINS; ++c)                                               \
      __asm__ volatile(instruction : "+w"(sums[c]) : "w"(a), "w"(b));              \
  peak->operations = (done) * (double)CHAINS * (double)peak->iterations;

// A tile of sums, each of four products. Four tiles cover their latency.
__attribute__((target("sme"))) void aq_peak_i8_sme(void *args) {
  aq_peak_args *peak = args;
  size_t iterations = peak->iterations, words;
  __asm__ volatile(
      START_STREAMING
      "cntw %[words]\n"
      "cbz %[iterations], 2f\n"
      "1:\n"
      "sumopa za0.s, p0/m, p0/m, z0.b, z1.b\n"
      "sumopa za1.s, p0/m, p0/m, z0.b, z1.b\n"
      "sumopa za2.s, p0/m, p0/m, z0.b, z1.b\n"
      "sumopa za3.s, p0/m, p0/m, z0.b, z1.b\n"
      "subs %[iterations], %[iterations], #1\n"
      "b.ne 1b\n"
      "2:\n"
      STOP_STREAMING
      : [iterations] "+r"(iterations), [words] "=&r"(words)
      :
      : CLOBBERS);
  peak->operations = 4 * 8.0 * (double)(words * words) * (double)peak->iterations;
}
void aq_peak_i4_sme(void *args) { aq_peak_i8_sme(args); }

// 32 products of bytes and as many sums.
__attribute__((target("i8mm"))) void aq_peak_i8_i8mm(void *args) {
  PEAK(uint8x16_t, vdupq_n_u8, "usmmla %0.4s, %1.16b, %2.16b", 64)
}
void aq_peak_i4_i8mm(void *args) { aq_peak_i8_i8mm(args); }

__attribute__((target("dotprod"))) void aq_peak_i8_neondot(void *args) {
  PEAK(uint8x16_t, vdupq_n_u8, "sdot %0.4s, %1.16b, %2.16b", 32)
}
void aq_peak_i4_neondot(void *args) { aq_peak_i8_neondot(args); }

// Eight products in 16 bits, which are added in 32.
void aq_peak_i8_neon(void *args) {
  aq_peak_args *peak = args;
  int8x16_t a = vdupq_n_s8(3), b = vdupq_n_s8(5);
  int32x4_t sums[CHAINS];
  for (int c = 0; c < CHAINS; ++c) sums[c] = vdupq_n_s32(0);
  for (size_t i = 0; i < peak->iterations; ++i)
    for (int c = 0; c < CHAINS; ++c) {
      int16x8_t product;
      __asm__ volatile("smull %0.8h, %1.8b, %2.8b" : "=w"(product) : "w"(a), "w"(b));
      __asm__ volatile("sadalp %0.4s, %1.8h" : "+w"(sums[c]) : "w"(product));
    }
  peak->operations = 16.0 * CHAINS * (double)peak->iterations;
}

// Of 4-bit codes sums stay in 16 bits.
void aq_peak_i4_neon(void *args) { PEAK(uint8x16_t, vdupq_n_u8, "smlal %0.8h, %1.8b, %2.8b", 16) }

void aq_peak_f32_neon(void *args) { PEAK(float32x4_t, vdupq_n_f32, "fmla %0.4s, %1.4s, %2.4s", 8) }

// Two matrices of 2 x 4 and 4 x 2.
__attribute__((target("bf16"))) void aq_peak_bf16_neonbf16(void *args) {
  PEAK(float32x4_t, vdupq_n_f32, "bfmmla %0.4s, %1.8h, %2.8h", 32)
}

void aq_peak_read_neon(void *args) { AQ_READ(uint64x2_t) }
#endif
