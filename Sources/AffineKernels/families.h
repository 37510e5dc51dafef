// Every C kernel there is. A row: family, instruction set, its bits, CPU, whether it is written by hand
// for the instruction set, and the rows and columns of a tile (0 where there is none); for products of
// codes also the order of the left panel. Fastest first; the portable kernel is Swift and always last. A
// new kernel is one row here and one function.

#define AQ_MATMUL_I8(K)                                                             \
  K(matmul_i8, amx, AQ_AMX | AQ_AVX512VNNI | AQ_AVX2, X86, true, 32, 32, AQ_BLOCKS)   \
  K(matmul_i8, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, 6, 32, AQ_QUADS)     \
  K(matmul_i8, avxvnni, AQ_AVXVNNI | AQ_AVX2, X86, true, 6, 16, AQ_QUADS)           \
  K(matmul_i8, avx2, AQ_AVX2, X86, true, 4, 16, AQ_WIDE)                            \
  K(matmul_i8, neondot, AQ_NEONDOT | AQ_NEON, ARM, true, 4, 8, AQ_QUADS)

#define AQ_MATMUL_I4(K)                                                             \
  K(matmul_i4, amx, AQ_AMX | AQ_AVX512VNNI | AQ_AVX2, X86, true, 32, 32, AQ_BLOCKS)   \
  K(matmul_i4, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, 6, 32, AQ_QUADS)     \
  K(matmul_i4, avxvnni, AQ_AVXVNNI | AQ_AVX2, X86, true, 6, 16, AQ_QUADS)           \
  K(matmul_i4, avx2, AQ_AVX2, X86, true, 6, 16, AQ_QUADS)                           \
  K(matmul_i4, neondot, AQ_NEONDOT | AQ_NEON, ARM, true, 4, 8, AQ_QUADS)

#define AQ_MATMUL_F32I8(K)                                                 \
  K(matmul_f32i8, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, 6, 32)   \
  K(matmul_f32i8, avx2, AQ_AVX2, X86, true, 6, 16)

#define AQ_MATMUL_F32I4(K)                                                 \
  K(matmul_f32i4, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, 6, 32)   \
  K(matmul_f32i4, avx2, AQ_AVX2, X86, true, 6, 16)

#define AQ_MATMUL_F32(K)                                                    \
  K(matmul_f32, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, 6, 32)      \
  K(matmul_f32, avx2, AQ_AVX2, X86, true, 6, 16)                            \
  K(matmul_f32, neon, AQ_NEON, ARM, true, 4, 8)

#define AQ_RANGE_F32(K)                                                     \
  K(range_f32, avx2, AQ_AVX2, X86, true, 0, 0)                              \
  K(range_f32, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_QUANTIZE_I8(K)                                                   \
  K(quantize_i8, avx2, AQ_AVX2, X86, true, 0, 0)                            \
  K(quantize_i8, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_SLICES_I8(K)                                                     \
  K(slices_i8, avx2, AQ_AVX2, X86, true, 0, 0)                              \
  K(slices_i8, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_DITHER_I8(K)                                                     \
  K(dither_i8, avx2, AQ_AVX2, X86, true, 0, 0)                              \
  K(dither_i8, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_DITHER_BF16(K)                                                   \
  K(dither_bf16, avx2, AQ_AVX2, X86, true, 0, 0)                            \
  K(dither_bf16, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_DEQUANTIZE_I8(K)                                                 \
  K(dequantize_i8, avx2, AQ_AVX2, X86, true, 0, 0)                          \
  K(dequantize_i8, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_DEQUANTIZE_U8(K)                                                 \
  K(dequantize_u8, avx2, AQ_AVX2, X86, true, 0, 0)                          \
  K(dequantize_u8, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_DEQUANTIZE_I4(K)                                                 \
  K(dequantize_i4, avx2, AQ_AVX2, X86, true, 0, 0)                          \
  K(dequantize_i4, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_DEQUANTIZE_U4(K)                                                 \
  K(dequantize_u4, avx2, AQ_AVX2, X86, true, 0, 0)                          \
  K(dequantize_u4, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_TRANSPOSE_8(K)                                                   \
  K(transpose_8, avx2, AQ_AVX2, X86, true, 0, 0)                            \
  K(transpose_8, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_TRANSPOSE_4(K)                                                   \
  K(transpose_4, avx2, AQ_AVX2, X86, true, 0, 0)                            \
  K(transpose_4, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_TOTALS_8(K)                                                      \
  K(totals_8, avx2, AQ_AVX2, X86, true, 0, 0)

#define AQ_WIDEN_8(K)                                                       \
  K(widen_8, avx2, AQ_AVX2, X86, true, 0, 0)

#define AQ_INTERLEAVE_32(K)                                                 \
  K(interleave_32, avx2, AQ_AVX2, X86, true, 0, 0)                          \
  K(interleave_32, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_PACK_4(K)                                                        \
  K(pack_4, avx2, AQ_AVX2, X86, true, 0, 0)                                 \
  K(pack_4, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_ADAMW_F32(K)                                                     \
  K(adamw_f32, avx2, AQ_AVX2, X86, false, 0, 0)                             \
  K(adamw_f32, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_ADAMW_DYNAMIC8(K)                                                \
  K(adamw_dynamic8, avx512vbmi, AQ_AVX512VBMI | AQ_AVX512VNNI | AQ_AVX2, X86, true, 0, 0) \
  K(adamw_dynamic8, avx2, AQ_AVX2, X86, false, 0, 0)                        \
  K(adamw_dynamic8, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_MOMENTUM_F32(K)                                                  \
  K(momentum_f32, avx2, AQ_AVX2, X86, false, 0, 0)                          \
  K(momentum_f32, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_ENCODE_ANY(K)                                                    \
  K(encode_any, avx2, AQ_AVX2, X86, false, 0, 0)                            \
  K(encode_any, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_SQUARES_F32(K)                                                   \
  K(squares_f32, avx2, AQ_AVX2, X86, false, 0, 0)                           \
  K(squares_f32, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_PRODUCT_F32(K)                                                   \
  K(product_f32, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, 0, 0)      \
  K(product_f32, avx2, AQ_AVX2, X86, true, 0, 0)                            \
  K(product_f32, neon, AQ_NEON, ARM, true, 0, 0)

// Functions of elements and of rows: one loop each, vectorized for the instruction set.
#define AQ_LOOP(K, name)                                                    \
  K(name, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, false, 0, 0)            \
  K(name, avx2, AQ_AVX2, X86, false, 0, 0)                                  \
  K(name, neon, AQ_NEON, ARM, false, 0, 0)
#define AQ_ADD_F32(K) AQ_LOOP(K, add_f32)
#define AQ_ACCUMULATE_F32(K) AQ_LOOP(K, accumulate_f32)
#define AQ_MULTIPLY_F32(K) AQ_LOOP(K, multiply_f32)
#define AQ_SCALE_F32(K) AQ_LOOP(K, scale_f32)
#define AQ_GELU_F32(K) AQ_LOOP(K, gelu_f32)
#define AQ_GELUGRADIENT_F32(K) AQ_LOOP(K, gelugradient_f32)
#define AQ_SILU_F32(K) AQ_LOOP(K, silu_f32)
#define AQ_SILUGRADIENT_F32(K) AQ_LOOP(K, silugradient_f32)
#define AQ_SWIGLU_F32(K) AQ_LOOP(K, swiglu_f32)
#define AQ_SWIGLUGRADIENT_F32(K) AQ_LOOP(K, swiglugradient_f32)
#define AQ_DROPOUT_F32(K) AQ_LOOP(K, dropout_f32)
#define AQ_SOFTMAX_F32(K) AQ_LOOP(K, softmax_f32)
#define AQ_NORM_F32(K) AQ_LOOP(K, norm_f32)
#define AQ_NORMGRADIENT_F32(K) AQ_LOOP(K, normgradient_f32)
#define AQ_ROTATE_F32(K) AQ_LOOP(K, rotate_f32)
#define AQ_ATTENTIONWEIGHTS_F32(K) AQ_LOOP(K, attentionweights_f32)
#define AQ_ATTENTIONSLOPES_F32(K) AQ_LOOP(K, attentionslopes_f32)

#define AQ_WIDEN_F16(K)                                                     \
  K(widen_f16, avx2, AQ_AVX2, X86, true, 0, 0)                              \
  K(widen_f16, neon, AQ_NEON, ARM, false, 0, 0)

#define AQ_ROUND_F16(K)                                                     \
  K(round_f16, avx2, AQ_AVX2, X86, true, 0, 0)                              \
  K(round_f16, neon, AQ_NEON, ARM, false, 0, 0)

// Not kernels but roofs: loops on registers alone, that rates are compared with.
#define AQ_PEAK_I8(K)                                                       \
  K(peak_i8, amx, AQ_AMX | AQ_AVX512VNNI | AQ_AVX2, X86, true, 0, 0)        \
  K(peak_i8, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, 0, 0)          \
  K(peak_i8, avxvnni, AQ_AVXVNNI | AQ_AVX2, X86, true, 0, 0)                \
  K(peak_i8, avx2, AQ_AVX2, X86, true, 0, 0)

#define AQ_PEAK_I4(K)                                                       \
  K(peak_i4, amx, AQ_AMX | AQ_AVX512VNNI | AQ_AVX2, X86, true, 0, 0)        \
  K(peak_i4, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, 0, 0)          \
  K(peak_i4, avxvnni, AQ_AVXVNNI | AQ_AVX2, X86, true, 0, 0)                \
  K(peak_i4, avx2, AQ_AVX2, X86, true, 0, 0)

#define AQ_PEAK_F32(K)                                                      \
  K(peak_f32, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, 0, 0)         \
  K(peak_f32, avx2, AQ_AVX2, X86, true, 0, 0)
