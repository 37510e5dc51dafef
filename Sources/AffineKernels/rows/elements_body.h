#include "functions.h"

// The plain loops, for the compiler to vectorize.

#define EACH_ELEMENT(name, expression)                                   \
  INLINE void name##_body(const aq_elements_args *args) {                \
    const float *restrict first = args->first, *restrict other = args->other; \
    float *restrict out = args->out;                                     \
    const float factor = args->factor;                                   \
    (void)other, (void)factor;                                           \
    for (size_t i = 0; i < args->count; ++i) out[i] = (expression);      \
  }

EACH_ELEMENT(add, first[i] + other[i])
EACH_ELEMENT(accumulate, out[i] + first[i])
EACH_ELEMENT(multiply, first[i] * other[i])
EACH_ELEMENT(scale, first[i] * factor)
EACH_ELEMENT(relu, first[i] < 0 ? 0 : first[i])
EACH_ELEMENT(gelu, gelu(first[i]))
EACH_ELEMENT(gelugradient, gelu_derivative(first[i]) * other[i])
EACH_ELEMENT(silu, silu(first[i]))
EACH_ELEMENT(silugradient, silu_derivative(first[i]) * other[i])
EACH_ELEMENT(swiglu, silu(first[i]) * other[i])
EACH_ELEMENT(geglu, tanh_gelu(first[i]) * other[i])

INLINE void swiglugradient_body(const aq_swiglugradient_args *args) {
  const float *restrict gates = args->gate, *restrict ups = args->up, *restrict g = args->gradient;
  float *restrict of_gate = args->of_gate, *restrict of_up = args->of_up;
  for (size_t i = 0; i < args->count; ++i) {
    logistic_law law = logistic(gates[i]);
    of_up[i] = ((gates[i] < 0 ? law.limited : gates[i]) * law.value) * g[i];
    of_gate[i] = (law.value * (1 + law.limited * law.rest)) * (ups[i] * g[i]);
  }
}

INLINE uint64_t mixed(uint64_t word) {
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
  return word ^ (word >> 31);
}

INLINE void dropout_body(const aq_dropout_args *args) {
  const float *restrict in = args->in;
  float *restrict out = args->out;
  const uint64_t start = args->start;
  const uint32_t threshold = args->threshold;
  const float factor = args->factor;
  for (size_t i = 0; i < args->count; ++i) {
    uint32_t number = (uint32_t)(mixed(start + 0x9e3779b97f4a7c15u * i) >> 40);
    float scaled = in[i] * factor;
    out[i] = number < threshold ? 0 : scaled;
  }
}
