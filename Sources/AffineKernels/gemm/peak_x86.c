#include "affine_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include "peak_read.h"

// Loops on registers alone: what the arithmetic ports of one core can do at most. The instructions
// are written as assembly so that no compiler merges or hoists them; 12 chains cover their latency.

enum { CHAINS = 12 };

// Exact products of bytes without VNNI: 16 products of 16-bit numbers, added in pairs, and a sum. The
// kernel goes another way of as many instructions (see matmul_i8_avx2.c).
__attribute__((target("avx2,fma")))
void aq_peak_i8_avx2(void *args) {
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

// Sums of 4-bit codes in 16 bits: a multiplication and an addition for 32 products.
__attribute__((target("avx2,fma")))
void aq_peak_i4_avx2(void *args) {
  aq_peak_args *peak = args;
  __m256i a = _mm256_set1_epi8(3), b = _mm256_set1_epi8(5), sums[CHAINS] = {0};
  for (size_t i = 0; i < peak->iterations; ++i) {
    for (int c = 0; c < CHAINS; ++c) {
      __m256i product;
      __asm__ volatile("vpmaddubsw %2, %1, %0" : "=x"(product) : "x"(a), "x"(b));
      __asm__ volatile("vpaddw %1, %0, %0" : "+x"(sums[c]) : "x"(product));
    }
  }
  peak->operations = 64.0 * CHAINS * (double)peak->iterations;
}

__attribute__((target("avx2,fma,avxvnni")))
void aq_peak_i8_avxvnni(void *args) {
  aq_peak_args *peak = args;
  __m256i a = _mm256_set1_epi8(3), b = _mm256_set1_epi8(5), sums[CHAINS] = {0};
  for (size_t i = 0; i < peak->iterations; ++i) {
    for (int c = 0; c < CHAINS; ++c) {
      __asm__ volatile("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sums[c]) : "x"(a), "x"(b));
    }
  }
  peak->operations = 64.0 * CHAINS * (double)peak->iterations;
}

void aq_peak_i4_avxvnni(void *args) { aq_peak_i8_avxvnni(args); }

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
void aq_peak_i8_avx512vnni(void *args) {
  aq_peak_args *peak = args;
  __m512i a = _mm512_set1_epi8(3), b = _mm512_set1_epi8(5), sums[CHAINS] = {0};
  for (size_t i = 0; i < peak->iterations; ++i) {
    for (int c = 0; c < CHAINS; ++c) {
      __asm__ volatile("vpdpbusd %2, %1, %0" : "+v"(sums[c]) : "v"(a), "v"(b));
    }
  }
  peak->operations = 128.0 * CHAINS * (double)peak->iterations;
}

void aq_peak_i4_avx512vnni(void *args) { aq_peak_i8_avx512vnni(args); }

__attribute__((target("amx-tile,amx-int8")))
void aq_peak_i8_amx(void *args) {
  aq_peak_args *peak = args;
  // Palette 1, eight tiles of 16 rows of 64 bytes: see matmul_amx_body.h.
  uint8_t shapes[64] __attribute__((aligned(64))) = {1};
  for (int tile = 0; tile < 8; ++tile) {
    shapes[16 + 2 * tile] = 64;
    shapes[48 + tile] = 16;
  }
  _tile_loadconfig(shapes);
  _tile_zero(4);
  _tile_zero(5);
  _tile_zero(6);
  _tile_zero(7);
  // A tile product takes 16 cycles, a vector one less than one.
  size_t rounds = peak->iterations / 16;
  for (size_t i = 0; i < rounds; ++i) {
    _tile_dpbsud(0, 4, 6);
    _tile_dpbsud(1, 4, 7);
    _tile_dpbsud(2, 5, 6);
    _tile_dpbsud(3, 5, 7);
  }
  _tile_release();
  // 16 rows, 16 lanes, 64 products and as many sums.
  peak->operations = 4.0 * 16 * 16 * 64 * 2 * (double)rounds;
}

void aq_peak_i4_amx(void *args) { aq_peak_i8_amx(args); }

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

__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))
void aq_peak_bf16_avx512bf16(void *args) {
  aq_peak_args *peak = args;
  __m512i a = _mm512_set1_epi16(0x3f00), b = _mm512_set1_epi16(0x3e80);
  __m512 sums[CHAINS] = {0};
  for (size_t i = 0; i < peak->iterations; ++i) {
    for (int c = 0; c < CHAINS; ++c) {
      __asm__ volatile("vdpbf16ps %2, %1, %0" : "+v"(sums[c]) : "v"(a), "v"(b));
    }
  }
  peak->operations = 64.0 * CHAINS * (double)peak->iterations;
}

__attribute__((target("amx-tile,amx-bf16")))
void aq_peak_bf16_amxbf16(void *args) {
  aq_peak_args *peak = args;
  // As aq_peak_i8_amx.
  uint8_t shapes[64] __attribute__((aligned(64))) = {1};
  for (int tile = 0; tile < 8; ++tile) {
    shapes[16 + 2 * tile] = 64;
    shapes[48 + tile] = 16;
  }
  _tile_loadconfig(shapes);
  _tile_zero(4);
  _tile_zero(5);
  _tile_zero(6);
  _tile_zero(7);
  size_t rounds = peak->iterations / 16;
  for (size_t i = 0; i < rounds; ++i) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_release();
  // 16 rows, 16 lanes, 32 products and as many sums.
  peak->operations = 4.0 * 16 * 16 * 32 * 2 * (double)rounds;
}

__attribute__((target("avx2"))) void aq_peak_read_avx2(void *args) { AQ_READ(__m256i) }

__attribute__((target("avx512f"))) void aq_peak_read_avx512vnni(void *args) { AQ_READ(__m512i) }
#endif
