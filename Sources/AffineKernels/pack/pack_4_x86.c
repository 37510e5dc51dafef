#include "pack_4_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx2"))) void aq_pack_4_avx2(void *args) {
  const aq_pack_args *a = args;
  __m256i mask = _mm256_set1_epi8(15), weights = _mm256_set1_epi16(0x1001);
  size_t code = 0;
  for (; code + 64 <= a->count; code += 64) {
    // low * 1 + high * 16 of every pair: at most 255, so nothing saturates.
    __m256i first = _mm256_and_si256(_mm256_loadu_si256((const __m256i *)(a->codes + code)), mask);
    __m256i second = _mm256_and_si256(_mm256_loadu_si256((const __m256i *)(a->codes + code + 32)), mask);
    __m256i bytes = _mm256_packus_epi16(
        _mm256_maddubs_epi16(first, weights), _mm256_maddubs_epi16(second, weights));
    // The pack works in 128-bit halves: this puts their quarters back in order.
    _mm256_storeu_si256((__m256i *)(a->packed + code / 2), _mm256_permute4x64_epi64(bytes, 0xd8));
  }
  pack_4_body(a, code);
}
#endif
