#include "affine_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

// Loops on registers alone: what the arithmetic ports of one core can do at most. The instructions
// are written as assembly so that no compiler merges or hoists them; 12 chains cover their latency.

enum { CHAINS = 12 };

__attribute__((target("avx2,fma")))
void aq_peak_i16_avx2(void *args) {
  aq_peak_args *peak = args;
  __m256i a = _mm256_set1_epi16(3), b = _mm256_set1_epi16(5), sums[CHAINS] = {0};
  for (size_t i = 0; i < peak->iterations; ++i) {
    for (int c = 0; c < CHAINS; ++c) {
      __m256i product;
      __asm__ volatile("vpmaddwd %2, %1, %0" : "=x"(product) : "x"(a), "x"(b));
      __asm__ volatile("vpaddd %1, %0, %0" : "+x"(sums[c]) : "x"(product));
    }
  }
  // 16 products and 16 sums a register.
  peak->operations = 32.0 * CHAINS * (double)peak->iterations;
}

__attribute__((target("avx2,fma")))
void aq_peak_f32_avx2(void *args) {
  aq_peak_args *peak = args;
  __m256 a = _mm256_set1_ps(0.5f), b = _mm256_set1_ps(0.25f), sums[CHAINS] = {0};
  for (size_t i = 0; i < peak->iterations; ++i) {
    for (int c = 0; c < CHAINS; ++c) {
      __asm__ volatile("vfmadd231ps %2, %1, %0" : "+x"(sums[c]) : "x"(a), "x"(b));
    }
  }
  peak->operations = 16.0 * CHAINS * (double)peak->iterations;
}

__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
void aq_peak_i16_avx512vnni(void *args) {
  aq_peak_args *peak = args;
  __m512i a = _mm512_set1_epi16(3), b = _mm512_set1_epi16(5), sums[CHAINS] = {0};
  for (size_t i = 0; i < peak->iterations; ++i) {
    for (int c = 0; c < CHAINS; ++c) {
      __asm__ volatile("vpdpwssd %2, %1, %0" : "+v"(sums[c]) : "v"(a), "v"(b));
    }
  }
  peak->operations = 64.0 * CHAINS * (double)peak->iterations;
}

__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
void aq_peak_f32_avx512vnni(void *args) {
  aq_peak_args *peak = args;
  __m512 a = _mm512_set1_ps(0.5f), b = _mm512_set1_ps(0.25f), sums[CHAINS] = {0};
  for (size_t i = 0; i < peak->iterations; ++i) {
    for (int c = 0; c < CHAINS; ++c) {
      __asm__ volatile("vfmadd231ps %2, %1, %0" : "+v"(sums[c]) : "v"(a), "v"(b));
    }
  }
  peak->operations = 32.0 * CHAINS * (double)peak->iterations;
}
#endif
