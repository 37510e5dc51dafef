#include "affine_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

// Loops on registers alone, as in peak_x86.c, whose sums become floats after the codes of each slice: in as few
// instructions as there can be, and without those that other ports do beside products.

enum { CHAINS = 12 };

#define EACH_CHAIN _Pragma("clang loop unroll(full)") for (int c = 0; c < CHAINS; ++c)
#define ONE(instruction, into) __asm__ volatile(instruction : "+" REGISTERS(into) : REGISTERS(a), REGISTERS(half))

// A round is the products of so many codes of every lane; after so many rounds sums are widened. Zero points and left
// scales, which the rows of a tile do not share, take one product a sum more each, biases one with an addition.
#define FOLD_PEAK(name, features, vector, value, lanes, round, rounds, product, widening)            \
  __attribute__((target(features))) void name(void *args) {                                            \
    aq_peak_fold_args *peak = args;                                                                    \
    const size_t count = (peak->codes + (round) - 1) / (round);                                        \
    /* What is multiplied takes no time that its value could change, but for subnormal floats. */        \
    vector a = value, half = (vector)((vector){0} + 0x3f0000003f000000), sums[CHAINS];               \
    for (size_t s = 0; s < peak->slices; ++s) {                                                        \
      EACH_CHAIN sums[c] = (vector){0};                                                                \
      for (size_t i = 0; i < peak->zeros; ++i) EACH_CHAIN {                                            \
        ONE("vpmaddwd %2, %1, %0", sums[c]);                                                           \
        ONE("vpaddd %2, %0, %0", sums[c]);                                                             \
      }                                                                                                \
      for (size_t done = 0; done < count; done += (rounds)) {                                          \
        for (size_t r = done; r < count && r < done + (rounds); ++r) EACH_CHAIN { product; }           \
        EACH_CHAIN { widening; }                                                                       \
      }                                                                                                \
      EACH_CHAIN ONE("vcvtdq2ps %0, %0", sums[c]);                                                     \
      for (size_t i = 0; i < peak->scales; ++i) EACH_CHAIN ONE("vmulps %2, %0, %0", sums[c]);          \
      EACH_CHAIN ONE("vfmadd213ps %2, %2, %0", sums[c]);                                               \
      for (size_t i = 0; i < peak->biases; ++i) EACH_CHAIN ONE("vfmadd231ps %2, %2, %0", sums[c]);     \
    }                                                                                                  \
    peak->operations = 2.0 * (lanes) * CHAINS * (double)(peak->codes * peak->slices);                  \
  }

#define AVX2 "avx2,fma"
#define REGISTERS "x"
// Products of 16-bit numbers and a sum, which needs no widening; see matmul_i8_avx2.c.
FOLD_PEAK(
    aq_peak_fold_i8_avx2, AVX2, __m256i, _mm256_set1_epi16(3), 8, 2, SIZE_MAX / 2,
    __m256i pair = a; ONE("vpmaddwd %2, %1, %0", pair);
    __asm__ volatile("vpaddd %1, %0, %0" : "+x"(sums[c]) : "x"(pair)), (void)0)
// Sums of eight products of 4-bit codes in 16 bits; see matmul_i4_avx2.c.
FOLD_PEAK(
    aq_peak_fold_i4_avx2, AVX2, __m256i, _mm256_set1_epi8(3), 8, 4, 8,
    __m256i pair = a; ONE("vpmaddubsw %2, %1, %0", pair);
    __asm__ volatile("vpaddw %1, %0, %0" : "+x"(sums[c]) : "x"(pair)),
    ONE("vpmaddwd %0, %1, %0", sums[c]); ONE("vpaddd %2, %0, %0", sums[c]))
#undef REGISTERS

#define VNNI512 "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma"
#define REGISTERS "v"
FOLD_PEAK(
    aq_peak_fold_i8_avx512vnni, VNNI512, __m512i, _mm512_set1_epi8(3), 16, 4, SIZE_MAX / 2,
    ONE("vpdpbusd %2, %1, %0", sums[c]), (void)0)
void aq_peak_fold_i4_avx512vnni(void *args) { aq_peak_fold_i8_avx512vnni(args); }
#undef REGISTERS
#endif
