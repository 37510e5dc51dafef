#include "adamw_body.h"
#include "../bits.h"

/// The scale of a run whose moments have at most this magnitude.
INLINE float scale_of(float magnitude) {
  if (magnitude == 0) return 1;
  return 1 / magnitude == __builtin_inff() ? 0x1p-126f : magnitude;
}

/// Adds to a root's pattern what rounds it at random, `cut` bits to be cut off. The middles of 2^16 equal
/// parts: an error of three units in the last place of what is a number of a code does not show.
INLINE uint32_t dithered(
    uint32_t bits, uint32_t random, int cut) {
  return bits + ((random >> 16 << (cut - 16)) | 1u << (cut - 17));
}

/// A root's code: none that is not zero gets the code of zero.
INLINE uint8_t root_code(float root, int32_t code, int32_t last) {
  int32_t least = root > 0;
  return (uint8_t)(code < least ? least : code > last ? last : code);
}

/// The unsigned 8-bit float of a root.
INLINE uint8_t ufloat8_of(
    float root, float inverse, uint32_t random) {
  uint32_t bits = dithered(bits_of(root * inverse), random, 19);
  return root_code(root, (int32_t)(bits >> 19) - AQ_UFLOAT8, 255);
}

INLINE float ufloat8_value(uint8_t code) {
  return float_of(code == 0 ? 0 : (AQ_UFLOAT8 + (uint32_t)code) << 19);
}

/// The code of a number from -1 to 1.
INLINE uint8_t code_of(const aq_dynamic_map *map, float x) {
  const uint32_t first = 104 << 23;  // 2^-23
  uint32_t bits = bits_of(x), sign = bits >> 31, magnitude = bits & 0x7fffffff;
  magnitude = magnitude < first ? first : magnitude;
  uint32_t cell = map->cells[sign * (24 * 128) + (magnitude >> 16) - (first >> 16)];
  return (uint8_t)((cell + ((magnitude ^ -sign) & 0xffff)) >> 16);
}

/// What is not finite, as of negative numbers' roots NaN, has patterns from here on: they order as magnitudes do.
#define INFINITE (255u << 23)

/// The largest patterns of the new moments of a run.
typedef struct {
  uint32_t m, root;
} moments_largest;

/// The new moments of the parameter of column `at`, the `i`-th of a run.
INLINE void move_moment(
    const aq_adamw_dynamic8_args *a, size_t at, size_t i, float m_scale, float v_scale, moments_largest *largest) {
  const aq_adamw_step *s = &a->step;
  float g = a->gradient[at];
  float old_m = a->map.values[a->m_codes[at]] * m_scale, old_root = ufloat8_value(a->v_codes[at]) * v_scale;
  float m = s->beta1 * old_m + s->rest1 * g;
  float root = __builtin_elementwise_sqrt(s->beta2 * (old_root * old_root) + s->rest2 * g * g);
  a->m[i] = m;
  a->roots[i] = root;
  uint32_t m_bits = bits_of(m) & 0x7fffffff, root_bits = bits_of(root) & 0x7fffffff;
  largest->m = m_bits > largest->m ? m_bits : largest->m;
  largest->root = root_bits > largest->root ? root_bits : largest->root;
}

/// The plain loops.
INLINE void adamw_dynamic8_body(aq_adamw_dynamic8_args *result) {
  // A copy, which nothing that is written here can change.
  const aq_adamw_dynamic8_args a = *result;
  size_t start = 0;
  for (size_t run = 0; run < a.runs; start = a.ends[run++]) {
    result->done = run;
    size_t count = a.ends[run] - start;
    float m_scale = a.m_scales[run], v_scale = a.v_scales[run];
    moments_largest largest = {0, 0};
    for (size_t i = 0; i < count; ++i) move_moment(&a, start + i, i, m_scale, v_scale, &largest);
    if (largest.m >= INFINITE || largest.root >= INFINITE) return;
    a.m_scales[run] = m_scale = scale_of(float_of(largest.m));
    a.v_scales[run] = v_scale = scale_of(float_of(largest.root));
    for (size_t i = 0; i < count; ++i)
      a.parameters[start + i] = moved(&a.step, a.parameters[start + i], a.m[i], a.roots[i]);
    for (size_t i = 0; i < count; ++i)
      a.m_codes[start + i] = code_of(&a.map, a.m[i] / m_scale);
    const float inverse = 1 / v_scale;
    const uint32_t key = a.key + (uint32_t)start * AQ_WEYL;
    for (size_t i = 0; i < count; ++i)
      a.v_codes[start + i] = ufloat8_of(a.roots[i], inverse, key + (uint32_t)i * AQ_WEYL);
  }
  result->done = a.runs;
}
