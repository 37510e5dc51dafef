#include "families.h"

#include "affine_kernels.h"

#if defined(__x86_64__)
#define AQ_ON_X86(entry) entry
#else
#define AQ_ON_X86(entry) NULL
#endif

#if defined(__aarch64__)
#define AQ_ON_ARM(entry) entry
#else
#define AQ_ON_ARM(entry) NULL
#endif

#define DECLARE(family, isa, bits, cpu, tuned, rows, columns) void aq_##family##_##isa(void *args);
#define ROW(family, isa, bits, cpu, tuned, rows, columns) \
  {"aq_" #family "_" #isa, bits, tuned, rows, columns, AQ_NO_PANEL, AQ_ON_##cpu(aq_##family##_##isa)},
#define PANEL_DECLARE(family, isa, bits, cpu, tuned, rows, columns, order) \
  DECLARE(family, isa, bits, cpu, tuned, rows, columns)
#define PANEL_ROW(family, isa, bits, cpu, tuned, rows, columns, order) \
  {"aq_" #family "_" #isa, bits, tuned, rows, columns, order, AQ_ON_##cpu(aq_##family##_##isa)},

#define FAMILY_OF(name, LIST, DECLARE, ROW)                          \
  LIST(DECLARE)                                                      \
  aq_family aq_##name(void) {                                        \
    static const aq_kernel kernels[] = {LIST(ROW)};                  \
    return (aq_family){kernels, sizeof kernels / sizeof kernels[0]}; \
  }
#define FAMILY(name, LIST) FAMILY_OF(name, LIST, DECLARE, ROW)
#define PANEL_FAMILY(name, LIST) FAMILY_OF(name, LIST, PANEL_DECLARE, PANEL_ROW)

PANEL_FAMILY(matmul_i8, AQ_MATMUL_I8)
PANEL_FAMILY(matmul_i4, AQ_MATMUL_I4)
FAMILY(matmul_f32i8, AQ_MATMUL_F32I8)
FAMILY(matmul_f32i4, AQ_MATMUL_F32I4)
FAMILY(matmul_f32, AQ_MATMUL_F32)
FAMILY(range_f32, AQ_RANGE_F32)
FAMILY(quantize_i8, AQ_QUANTIZE_I8)
FAMILY(slices_i8, AQ_SLICES_I8)
FAMILY(dither_i8, AQ_DITHER_I8)
FAMILY(dither_bf16, AQ_DITHER_BF16)
FAMILY(dequantize_i8, AQ_DEQUANTIZE_I8)
FAMILY(dequantize_u8, AQ_DEQUANTIZE_U8)
FAMILY(dequantize_i4, AQ_DEQUANTIZE_I4)
FAMILY(dequantize_u4, AQ_DEQUANTIZE_U4)
FAMILY(transpose_8, AQ_TRANSPOSE_8)
FAMILY(transpose_4, AQ_TRANSPOSE_4)
FAMILY(totals_8, AQ_TOTALS_8)
FAMILY(widen_8, AQ_WIDEN_8)
FAMILY(interleave_32, AQ_INTERLEAVE_32)
FAMILY(pack_4, AQ_PACK_4)
FAMILY(adamw_f32, AQ_ADAMW_F32)
FAMILY(adamw_dynamic8, AQ_ADAMW_DYNAMIC8)
FAMILY(momentum_f32, AQ_MOMENTUM_F32)
FAMILY(encode_any, AQ_ENCODE_ANY)
FAMILY(squares_f32, AQ_SQUARES_F32)
FAMILY(product_f32, AQ_PRODUCT_F32)
FAMILY(add_f32, AQ_ADD_F32)
FAMILY(accumulate_f32, AQ_ACCUMULATE_F32)
FAMILY(multiply_f32, AQ_MULTIPLY_F32)
FAMILY(scale_f32, AQ_SCALE_F32)
FAMILY(gelu_f32, AQ_GELU_F32)
FAMILY(gelugradient_f32, AQ_GELUGRADIENT_F32)
FAMILY(silu_f32, AQ_SILU_F32)
FAMILY(silugradient_f32, AQ_SILUGRADIENT_F32)
FAMILY(swiglu_f32, AQ_SWIGLU_F32)
FAMILY(swiglugradient_f32, AQ_SWIGLUGRADIENT_F32)
FAMILY(dropout_f32, AQ_DROPOUT_F32)
FAMILY(softmax_f32, AQ_SOFTMAX_F32)
FAMILY(norm_f32, AQ_NORM_F32)
FAMILY(normgradient_f32, AQ_NORMGRADIENT_F32)
FAMILY(rotate_f32, AQ_ROTATE_F32)
FAMILY(attentionweights_f32, AQ_ATTENTIONWEIGHTS_F32)
FAMILY(attentionslopes_f32, AQ_ATTENTIONSLOPES_F32)
FAMILY(widen_f16, AQ_WIDEN_F16)
FAMILY(round_f16, AQ_ROUND_F16)
FAMILY(peak_i8, AQ_PEAK_I8)
FAMILY(peak_i4, AQ_PEAK_I4)
FAMILY(peak_f32, AQ_PEAK_F32)
