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
  {"aq_" #family "_" #isa, bits, tuned, rows, columns, AQ_ON_##cpu(aq_##family##_##isa)},
#define FAMILY(name, LIST)                                           \
  LIST(DECLARE)                                                      \
  aq_family aq_##name(void) {                                        \
    static const aq_kernel kernels[] = {LIST(ROW)};                  \
    return (aq_family){kernels, sizeof kernels / sizeof kernels[0]}; \
  }

FAMILY(matmul_i16, AQ_MATMUL_I16)
FAMILY(matmul_f32, AQ_MATMUL_F32)
FAMILY(range_f32, AQ_RANGE_F32)
FAMILY(quantize_i8, AQ_QUANTIZE_I8)
FAMILY(dequantize_i8, AQ_DEQUANTIZE_I8)
FAMILY(dequantize_u8, AQ_DEQUANTIZE_U8)
FAMILY(dequantize_i4, AQ_DEQUANTIZE_I4)
FAMILY(dequantize_u4, AQ_DEQUANTIZE_U4)
FAMILY(transpose_8, AQ_TRANSPOSE_8)
FAMILY(widen_i8, AQ_WIDEN_I8)
FAMILY(widen_u8, AQ_WIDEN_U8)
FAMILY(widen_i4, AQ_WIDEN_I4)
FAMILY(widen_u4, AQ_WIDEN_U4)
FAMILY(interleave_32, AQ_INTERLEAVE_32)
FAMILY(pack_4, AQ_PACK_4)
FAMILY(adamw_f32, AQ_ADAMW_F32)
FAMILY(adamw_dynamic8, AQ_ADAMW_DYNAMIC8)
FAMILY(peak_i16, AQ_PEAK_I16)
FAMILY(peak_f32, AQ_PEAK_F32)
