#include "affine_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include "peak_read.h"

// Loops on registers alone: what the arithmetic ports of one core can do at most. The instructions
// are written as assembly so that no compiler merges or hoists them; 12 chains cover their latency.

enum { CHAINS = 12 };

// One instruction a chain, `count` operations each.
#define VECTOR_PEAK(name, features, vector, a_value, b_value, instruction, registers, count) \
  __attribute__((target(features))) void name(void *args) { \
    aq_peak_args *peak = args; \
    __typeof__(a_value) a = a_value, b = b_value; \
    vector sums[CHAINS] = {0}; \
    for (size_t i = 0; i < peak->iterations; ++i) { \
      for (int c = 0; c < CHAINS; ++c) { \
        __asm__ volatile(instruction " %2, %1, %0" : "+" registers(sums[c]) : registers(a), registers(b)); \
      } \
    } \
    peak->operations = (double)(count) * CHAINS * (double)peak->iterations; \
  }

// A multiplication and an addition a chain.
#define PAIR_PEAK(name, a_value, b_value, multiply, add, count) \
  __attribute__((target("avx2,fma"))) void name(void *args) { \
    aq_peak_args *peak = args; \
    __m256i a = a_value, b = b_value, sums[CHAINS] = {0}; \
    for (size_t i = 0; i < peak->iterations; ++i) { \
      for (int c = 0; c < CHAINS; ++c) { \
        __m256i product; \
        __asm__ volatile(multiply " %2, %1, %0" : "=x"(product) : "x"(a), "x"(b)); \
        __asm__ volatile(add " %1, %0, %0" : "+x"(sums[c]) : "x"(product)); \
      } \
    } \
    peak->operations = (double)(count) * CHAINS * (double)peak->iterations; \
  }

// Four tile products a round, of 16 rows by 16 lanes with `depth` products and as many sums each.
#define TILE_PEAK(name, features, product, depth) \
  __attribute__((target(features))) void name(void *args) { \
    aq_peak_args *peak = args; \
    /* Palette 1, eight tiles of 16 rows of 64 bytes: see matmul_amx_body.h. */ \
    uint8_t shapes[64] __attribute__((aligned(64))) = {1}; \
    for (int tile = 0; tile < 8; ++tile) { \
      shapes[16 + 2 * tile] = 64; \
      shapes[48 + tile] = 16; \
    } \
    _tile_loadconfig(shapes); \
    _tile_zero(4); \
    _tile_zero(5); \
    _tile_zero(6); \
    _tile_zero(7); \
    /* A tile product takes 16 cycles, a vector one less than one. */ \
    size_t rounds = peak->iterations / 16; \
    for (size_t i = 0; i < rounds; ++i) { \
      product(0, 4, 6); \
      product(1, 4, 7); \
      product(2, 5, 6); \
      product(3, 5, 7); \
    } \
    _tile_release(); \
    peak->operations = 4.0 * 16 * 16 * (depth) * 2 * (double)rounds; \
  }

#define VNNI512 "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"

// Exact products of bytes without VNNI: 16 products of 16-bit numbers, added in pairs, and a sum. The
// kernel goes another way of as many instructions (see matmul_i8_avx2.c).
PAIR_PEAK(aq_peak_i8_avx2, _mm256_set1_epi16(3), _mm256_set1_epi16(5), "vpmaddwd", "vpaddd", 32)
// Sums of 4-bit codes in 16 bits: 32 products.
PAIR_PEAK(aq_peak_i4_avx2, _mm256_set1_epi8(3), _mm256_set1_epi8(5), "vpmaddubsw", "vpaddw", 64)
VECTOR_PEAK(aq_peak_f32_avx2, "avx2,fma", __m256, _mm256_set1_ps(0.5f), _mm256_set1_ps(0.25f), "vfmadd231ps", "x", 16)

VECTOR_PEAK(
    aq_peak_i8_avxvnni, "avx2,fma,avxvnni", __m256i, _mm256_set1_epi8(3), _mm256_set1_epi8(5), "%{vex%} vpdpbusd", "x",
    64)
void aq_peak_i4_avxvnni(void *args) { aq_peak_i8_avxvnni(args); }

VECTOR_PEAK(
    aq_peak_i8_avx512vnni, VNNI512, __m512i, _mm512_set1_epi8(3), _mm512_set1_epi8(5), "vpdpbusd", "v", 128)
void aq_peak_i4_avx512vnni(void *args) { aq_peak_i8_avx512vnni(args); }
VECTOR_PEAK(
    aq_peak_f32_avx512vnni, VNNI512, __m512, _mm512_set1_ps(0.5f), _mm512_set1_ps(0.25f), "vfmadd231ps", "v", 32)
VECTOR_PEAK(
    aq_peak_bf16_avx512bf16, "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16", __m512, _mm512_set1_epi16(0x3f00),
    _mm512_set1_epi16(0x3e80), "vdpbf16ps", "v", 64)

TILE_PEAK(aq_peak_i8_amx, "amx-tile,amx-int8", _tile_dpbsud, 64)
void aq_peak_i4_amx(void *args) { aq_peak_i8_amx(args); }
TILE_PEAK(aq_peak_bf16_amxbf16, "amx-tile,amx-bf16", _tile_dpbf16ps, 32)

__attribute__((target("avx2"))) void aq_peak_read_avx2(void *args) { AQ_READ(__m256i) }

__attribute__((target("avx512f"))) void aq_peak_read_avx512vnni(void *args) { AQ_READ(__m512i) }
#endif
