#include "affine_kernels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#include "../inline.h"

enum { WIDTH = 4, VECTORS = 2, ROWS = 6 };
typedef float32x4_t floats;

static inline floats zero_floats(void) { return vdupq_n_f32(0); }
static inline floats load_floats(const float *p) { return vld1q_f32(p); }
static inline floats load_halves(const uint16_t *p) { return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p))); }
static inline floats broadcast_float(const float *p) { return vld1q_dup_f32(p); }
static inline floats add_product(floats a, floats b, floats sum) { return vfmaq_f32(sum, a, b); }
static inline void store_floats(float *p, floats v) { vst1q_f32(p, v); }

#include "product_f32_body.h"

void aq_product_f32_neon(void *args) { product_where_it_lies(args, false); }
void aq_product_f16_neon(void *args) { product_where_it_lies(args, true); }
#endif
