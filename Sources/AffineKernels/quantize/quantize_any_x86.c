#include "quantize_any_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

/// One level down: to 2 * node, and one more where the node is not above the number.
static inline __m256i below8(__m256i node, __m256 nodes, __m256 x) {
  __m256i is_above = _mm256_castps_si256(_mm256_cmp_ps(nodes, x, _CMP_LE_OQ));
  return _mm256_sub_epi32(_mm256_add_epi32(node, node), is_above);
}

/// Upper levels lie in registers: a permutation reads the three low bits of the node.
INLINE __m256i find8(const float *nodes, __m256 x, const int levels) {
  __m256 top = _mm256_load_ps(nodes), next = _mm256_load_ps(nodes + 8);
  __m256i node = _mm256_set1_epi32(1);
  for (int level = 0; level < 3; ++level) node = below8(node, _mm256_permutevar8x32_ps(top, node), x);
  node = below8(node, _mm256_permutevar8x32_ps(next, node), x);
  if (levels == 4) return _mm256_sub_epi32(node, _mm256_set1_epi32(16));
  __m256 low = _mm256_permutevar8x32_ps(_mm256_load_ps(nodes + 16), node);
  __m256 high = _mm256_permutevar8x32_ps(_mm256_load_ps(nodes + 24), node);
  // The fourth bit, moved to the sign, chooses the half.
  __m256 fifth = _mm256_blendv_ps(low, high, _mm256_castsi256_ps(_mm256_slli_epi32(node, 28)));
  node = below8(node, fifth, x);
  for (int level = 5; level < 8; ++level) node = below8(node, _mm256_i32gather_ps(nodes, node, 4), x);
  return _mm256_sub_epi32(node, _mm256_set1_epi32(256));
}

INLINE void find_avx2(const aq_tree *tree, const float *number, size_t count, uint8_t *codes, const int levels) {
  // What lies after the last number gets codes too, which go nowhere.
  for (size_t i = 0; i < count; i += 32) {
    __m256i found[4];
    for (size_t j = 0; j < 4; ++j)
      found[j] = find8(tree->nodes, _mm256_loadu_ps(number + i + 8 * j), levels);
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    __m256i bytes = _mm256_packus_epi16(
        _mm256_packus_epi32(found[0], found[1]), _mm256_packus_epi32(found[2], found[3]));
    bytes = _mm256_permutevar8x32_epi32(bytes, order);
    uint8_t padded[32];
    _mm256_storeu_si256((__m256i *)(count - i < 32 ? padded : codes + i), bytes);
    if (count - i < 32) __builtin_memcpy(codes + i, padded, count - i);
  }
}

static void find_any_avx2(const aq_tree *tree, const float *number, size_t count, uint8_t *codes) {
  if (tree->levels == 4) find_avx2(tree, number, count, codes, 4);
  else find_avx2(tree, number, count, codes, 8);
}

void aq_quantize_any_avx2(void *args) { quantize_any_body(args, find_any_avx2); }

#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma,f16c"))), apply_to = function)

INLINE __m512i below16(__m512i node, __m512 nodes, __m512 x) {
  __mmask16 is_above = _mm512_cmp_ps_mask(nodes, x, _CMP_LE_OQ);
  node = _mm512_add_epi32(node, node);
  return _mm512_mask_sub_epi32(node, is_above, node, _mm512_set1_epi32(-1));
}

INLINE __mmask16 has_bit(__m512i node, int bit) {
  return _mm512_test_epi32_mask(node, _mm512_set1_epi32(1 << bit));
}

/// The node's number of 32, of 64.
INLINE __m512 among32(const float *nodes, __m512i node) {
  return _mm512_permutex2var_ps(_mm512_load_ps(nodes), node, _mm512_load_ps(nodes + 16));
}

INLINE __m512 among64(const float *nodes, __m512i node) {
  return _mm512_mask_blend_ps(has_bit(node, 5), among32(nodes, node), among32(nodes + 32, node));
}

/// All levels lie in registers: a permutation reads the low bits of the node.
INLINE __m512i find16(const float *nodes, __m512 x, const int levels) {
  __m512i node = _mm512_set1_epi32(1);
  for (int level = 0; level < 4; ++level)
    node = below16(node, _mm512_permutexvar_ps(node, _mm512_load_ps(nodes)), x);
  if (levels == 4) return node;
  node = below16(node, _mm512_permutexvar_ps(node, _mm512_load_ps(nodes + 16)), x);
  node = below16(node, among32(nodes + 32, node), x);
  node = below16(node, among64(nodes + 64, node), x);
  __m512 last = _mm512_mask_blend_ps(
      has_bit(node, 6), among64(nodes + 128, node), among64(nodes + 192, node));
  return below16(node, last, x);
}

INLINE void find_avx512(
    const aq_tree *tree, const float *number, size_t count, uint8_t *codes, const int levels) {
  // A conversion to bytes cuts off all but the code of a leaf, where this has eight bits.
  const __m512i bits = _mm512_set1_epi32((1 << levels) - 1);
  size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    // Two at a time: each waits for its own levels.
    __m512i first = find16(tree->nodes, _mm512_loadu_ps(number + i), levels);
    __m512i second = find16(tree->nodes, _mm512_loadu_ps(number + i + 16), levels);
    _mm_storeu_si128((__m128i *)(codes + i), _mm512_cvtepi32_epi8(_mm512_and_si512(first, bits)));
    _mm_storeu_si128((__m128i *)(codes + i + 16), _mm512_cvtepi32_epi8(_mm512_and_si512(second, bits)));
  }
  for (; i < count; i += 16) {
    __mmask16 there = count - i < 16 ? (__mmask16)((1u << (count - i)) - 1) : 0xffff;
    __m512i found = find16(tree->nodes, _mm512_loadu_ps(number + i), levels);
    _mm_mask_storeu_epi8(codes + i, there, _mm512_cvtepi32_epi8(_mm512_and_si512(found, bits)));
  }
}

static void find_any_avx512(const aq_tree *tree, const float *number, size_t count, uint8_t *codes) {
  if (tree->levels == 4) find_avx512(tree, number, count, codes, 4);
  else find_avx512(tree, number, count, codes, 8);
}

void aq_quantize_any_avx512vnni(void *args) { quantize_any_body(args, find_any_avx512); }

#pragma clang attribute pop
#endif
