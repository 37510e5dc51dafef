#include "affine_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

// Loops on registers alone: what the arithmetic ports of one core can do at most. The instructions
// are written as assembly so that no compiler merges or hoists them; 12 chains cover their latency.

enum { CHAINS = 12 };

/// Sums by one instruction, which does so many operations.
#define PEAK_OF_SUMS(name, features, vector, sum_vector, value_a, value_b, instruction, place, each) \
  __attribute__((target(features))) void name(void *args) {                                          \
    aq_peak_args *peak = args;                                                                       \
    vector a = value_a, b = value_b;                                                                 \
    sum_vector sums[CHAINS] = {0};                                                                   \
    for (size_t i = 0; i < peak->iterations; ++i)                                                    \
      for (int c = 0; c < CHAINS; ++c)                                                               \
        __asm__ volatile(instruction " %2, %1, %0" : "+" place(sums[c]) : place(a), place(b));       \
    peak->operations = each * CHAINS * (double)peak->iterations;                                     \
  }

/// Sums of products that an instruction of their own adds.
#define PEAK_OF_PRODUCTS(name, value_a, value_b, product, addition, each)                            \
  __attribute__((target("avx2,fma"))) void name(void *args) {                                        \
    aq_peak_args *peak = args;                                                                       \
    __m256i a = value_a, b = value_b, sums[CHAINS] = {0};                                            \
    for (size_t i = 0; i < peak->iterations; ++i)                                                    \
      for (int c = 0; c < CHAINS; ++c) {                                                             \
        __m256i some;                                                                                \
        __asm__ volatile(product " %2, %1, %0" : "=x"(some) : "x"(a), "x"(b));                       \
        __asm__ volatile(addition " %1, %0, %0" : "+x"(sums[c]) : "x"(some));                        \
      }                                                                                              \
    peak->operations = each * CHAINS * (double)peak->iterations;                                     \
  }

/// Sums of tiles of 16 rows by 16 lanes, of so many products each. Palette 1, eight tiles of 16 rows of 64 bytes:
/// see amx_tiles.h. A tile product takes 16 cycles, a vector one less than one.
#define PEAK_OF_TILES(name, feature, product, depth)                                                 \
  __attribute__((target("amx-tile," feature))) void name(void *args) {                               \
    aq_peak_args *peak = args;                                                                       \
    uint8_t shapes[64] __attribute__((aligned(64))) = {1};                                           \
    for (int tile = 0; tile < 8; ++tile) {                                                           \
      shapes[16 + 2 * tile] = 64;                                                                    \
      shapes[48 + tile] = 16;                                                                        \
    }                                                                                                \
    _tile_loadconfig(shapes);                                                                        \
    _tile_zero(4);                                                                                   \
    _tile_zero(5);                                                                                   \
    _tile_zero(6);                                                                                   \
    _tile_zero(7);                                                                                   \
    size_t rounds = peak->iterations / 16;                                                           \
    for (size_t i = 0; i < rounds; ++i) {                                                            \
      product(0, 4, 6);                                                                              \
      product(1, 4, 7);                                                                              \
      product(2, 5, 6);                                                                              \
      product(3, 5, 7);                                                                              \
    }                                                                                                \
    _tile_release();                                                                                 \
    peak->operations = 4.0 * 16 * 16 * depth * 2 * (double)rounds;                                   \
  }

#define AVX512 "avx512f,avx512bw,avx512dq,avx512vl"
#define BYTES(width, value) _mm##width##_set1_epi8(value)

// Exact products of bytes without VNNI: 16 products of 16-bit numbers, added in pairs, and a sum. The
// kernel goes another way of as many instructions (see matmul_i8_avx2.c).
PEAK_OF_PRODUCTS(aq_peak_i8_avx2, _mm256_set1_epi16(3), _mm256_set1_epi16(5), "vpmaddwd", "vpaddd", 32.0)
// Sums of 4-bit codes in 16 bits: a multiplication and an addition for 32 products.
PEAK_OF_PRODUCTS(aq_peak_i4_avx2, BYTES(256, 3), BYTES(256, 5), "vpmaddubsw", "vpaddw", 64.0)

PEAK_OF_SUMS(
    aq_peak_i8_avxvnni, "avx2,fma,avxvnni", __m256i, __m256i, BYTES(256, 3), BYTES(256, 5), "%{vex%} vpdpbusd",
    "x", 64.0)
PEAK_OF_SUMS(
    aq_peak_i8_avx512vnni, AVX512 ",avx512vnni", __m512i, __m512i, BYTES(512, 3), BYTES(512, 5), "vpdpbusd", "v",
    128.0)
PEAK_OF_SUMS(
    aq_peak_f32_avx2, "avx2,fma", __m256, __m256, _mm256_set1_ps(0.5f), _mm256_set1_ps(0.25f), "vfmadd231ps", "x",
    16.0)
PEAK_OF_SUMS(
    aq_peak_f32_avx512vnni, AVX512 ",avx512vnni", __m512, __m512, _mm512_set1_ps(0.5f), _mm512_set1_ps(0.25f),
    "vfmadd231ps", "v", 32.0)
PEAK_OF_SUMS(
    aq_peak_bf16_avx512bf16, AVX512 ",avx512bf16", __m512i, __m512, _mm512_set1_epi16(0x3f00),
    _mm512_set1_epi16(0x3e80), "vdpbf16ps", "v", 64.0)

PEAK_OF_TILES(aq_peak_i8_amx, "amx-int8", _tile_dpbsud, 64)
PEAK_OF_TILES(aq_peak_bf16_amxbf16, "amx-bf16", _tile_dpbf16ps, 32)

void aq_peak_i4_avxvnni(void *args) { aq_peak_i8_avxvnni(args); }
void aq_peak_i4_avx512vnni(void *args) { aq_peak_i8_avx512vnni(args); }
void aq_peak_i4_amx(void *args) { aq_peak_i8_amx(args); }
#endif
