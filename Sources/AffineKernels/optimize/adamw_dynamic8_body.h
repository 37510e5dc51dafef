#include "adamw_body.h"

static inline __attribute__((always_inline)) uint32_t bits_of(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline __attribute__((always_inline)) float float_of(uint32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

/// The scale of a run whose moments have at most this magnitude.
static inline __attribute__((always_inline)) float scale_of(float magnitude) {
  if (magnitude == 0) return 1;
  return 1 / magnitude == __builtin_inff() ? 0x1p-126f : magnitude;
}

/// The code of a number from -1 to 1.
static inline __attribute__((always_inline)) uint8_t code_of(const aq_dynamic_map *map, float x) {
  const uint32_t first = 104 << 23;  // 2^-23
  uint32_t bits = bits_of(x), sign = bits >> 31, magnitude = bits & 0x7fffffff;
  magnitude = magnitude < first ? first : magnitude;
  uint32_t cell = map->cells[sign * (24 * 128) + (magnitude >> 16) - (first >> 16)];
  return (uint8_t)((cell + ((magnitude ^ -sign) & 0xffff)) >> 16);
}

/// The plain loops.
static inline __attribute__((always_inline)) void adamw_dynamic8_body(aq_adamw_dynamic8_args *a) {
  const aq_adamw_step s = a->step;
  float *restrict ms = a->m, *restrict vs = a->v, *restrict parameters = a->parameters;
  size_t start = 0;
  for (a->done = 0; a->done < a->runs; ++a->done) {
    size_t run = a->done, count = a->ends[run] - start;
    float m_scale = a->m_scales[run], v_scale = a->v_scales[run];
    // Patterns order as magnitudes do, NaN above infinity, and negative numbers above all.
    uint32_t m_largest = 0, v_largest = 0;
    for (size_t i = 0; i < count; ++i) {
      float g = a->gradient[start + i];
      float old_m = a->m_map.values[a->m_codes[start + i]] * m_scale;
      float old_v = a->v_map.values[a->v_codes[start + i]] * v_scale;
      float m = s.beta1 * old_m + s.rest1 * g;
      float v = s.beta2 * old_v + s.rest2 * g * g;
      ms[i] = m;
      vs[i] = v;
      uint32_t m_bits = bits_of(m) & 0x7fffffff, v_bits = bits_of(v);
      m_largest = m_bits > m_largest ? m_bits : m_largest;
      v_largest = v_bits > v_largest ? v_bits : v_largest;
    }
    const uint32_t infinity = 255u << 23;
    if (m_largest >= infinity || v_largest >= infinity) return;
    a->m_scales[run] = m_scale = scale_of(float_of(m_largest));
    a->v_scales[run] = v_scale = scale_of(float_of(v_largest));
    for (size_t i = 0; i < count; ++i)
      parameters[start + i] = moved(&s, parameters[start + i], ms[i], vs[i]);
    for (size_t i = 0; i < count; ++i) {
      a->m_codes[start + i] = code_of(&a->m_map, ms[i] / m_scale);
      a->v_codes[start + i] = code_of(&a->v_map, vs[i] / v_scale);
    }
    start += count;
  }
}
