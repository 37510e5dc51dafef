#include "affine_kernels.h"
#include "../inline.h"

// No operation of a step may be fused with another.
#pragma STDC FP_CONTRACT OFF

/// The parameter after a step, from its new first moment and the root of the second.
INLINE float moved(
    const aq_adamw_step *s, float p, float m, float root) {
  return p * s->decay - s->rate * m / (root * s->root_scale + s->epsilon);
}

/// The plain loop, for the compiler to vectorize.
INLINE void adamw_f32_body(const aq_adamw_f32_args *a) {
  const aq_adamw_step s = a->step;
  const float *restrict gradient = a->gradient;
  float *restrict ms = a->m, *restrict vs = a->v, *restrict parameters = a->parameters;
  for (size_t i = 0; i < a->count; ++i) {
    float g = gradient[i];
    float m = s.beta1 * ms[i] + s.rest1 * g;
    float v = s.beta2 * vs[i] + s.rest2 * g * g;
    ms[i] = m;
    vs[i] = v;
    parameters[i] = moved(&s, parameters[i], m, __builtin_elementwise_sqrt(v));
  }
}

/// The plain loop, for the compiler to vectorize.
INLINE void momentum_f32_body(const aq_momentum_f32_args *a) {
  const aq_momentum_step s = a->step;
  const float *restrict gradient = a->gradient;
  float *restrict ms = a->m, *restrict parameters = a->parameters;
  for (size_t i = 0; i < a->count; ++i) {
    float m = s.keep * ms[i] + gradient[i];
    ms[i] = m;
    parameters[i] = parameters[i] * s.decay - s.rate * m;
  }
}
