// Every C kernel there is. A row: family, instruction set, its bits, CPU, whether it is written by hand
// for the instruction set, and its tile. Fastest first; the portable kernel is Swift and always last. A new
// kernel is one row here and one function.

#define AQ_TILE(mr, nr, kr, lhs_run, lhs, rhs, min_rows, scratch) \
  {mr, nr, kr, lhs_run, lhs, rhs, min_rows, scratch, 1, false}
// The same for a kernel that takes several right panels at once.
#define AQ_TILE_OF_PANELS(mr, nr, kr, lhs_run, lhs, rhs, min_rows, panels) \
  {mr, nr, kr, lhs_run, lhs, rhs, min_rows, 0, panels, false}
// The same for one row.
#define AQ_TILE_OF_ROW(nr, rhs) {1, nr, 4, 4, AQ_S8, rhs, 1, 0, 16, false}
// The same for one of bfloat16 that may leave few rows to kernels of floats.
#define AQ_TILE_OR_FLOATS(mr, nr, kr, lhs_run, lhs, rhs, min_rows, scratch, few_to_floats) \
  {mr, nr, kr, lhs_run, lhs, rhs, min_rows, scratch, 1, few_to_floats}
#define AQ_NO_TILE {0, 0, 0, 0, AQ_NO_FORM, AQ_NO_FORM, 0, 0, 0, false}

#define AQ_ROWS_matmul_i8(K)                                                                                 \
  K(matmul_i8, amx, AQ_AMX | AQ_AVX512VNNI | AQ_AVX2, X86, true,                                             \
    AQ_TILE_OF_PANELS(32, 32, 4, 64, AQ_S8, AQ_U8, 5, 8))                                                    \
  K(matmul_i8, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_TILE(6, 32, 4, 4, AQ_S8, AQ_U8, 2, 0))     \
  K(matmul_i8, avx512vnni_row, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_TILE_OF_ROW(32, AQ_U8))                \
  K(matmul_i8, avxvnni, AQ_AVXVNNI | AQ_AVX2, X86, true, AQ_TILE(6, 16, 4, 4, AQ_S8, AQ_U8, 2, 0))           \
  K(matmul_i8, avxvnni_row, AQ_AVXVNNI | AQ_AVX2, X86, true, AQ_TILE_OF_ROW(16, AQ_U8))                      \
  K(matmul_i8, avx2, AQ_AVX2, X86, true, AQ_TILE(4, 16, 4, 4, AQ_S16, AQ_U8, 2, 0))                          \
  K(matmul_i8, avx2_row, AQ_AVX2, X86, true, AQ_TILE_OF_ROW(16, AQ_U8))                                      \
  K(matmul_i8, sme, AQ_SME | AQ_I8MM | AQ_NEONDOT | AQ_NEON, ARM, true,                                      \
    AQ_TILE(AQ_VECTORS(2), AQ_VECTORS(2), 4, 4, AQ_S8, AQ_U8, 1, 0))                                         \
  K(matmul_i8, i8mm, AQ_I8MM | AQ_NEONDOT | AQ_NEON, ARM, true, AQ_TILE(8, 8, 8, 8, AQ_S8, AQ_U8, 1, 0))     \
  K(matmul_i8, neondot, AQ_NEONDOT | AQ_NEON, ARM, true, AQ_TILE(8, 8, 4, 4, AQ_S8, AQ_U8, 1, 0))            \
  K(matmul_i8, neon, AQ_NEON, ARM, true, AQ_TILE(4, 8, 4, 4, AQ_S8, AQ_U8, 1, 0))

#define AQ_ROWS_matmul_i4(K)                                                                                         \
  K(matmul_i4, amx, AQ_AMX | AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_TILE(32, 32, 4, 64, AQ_S8, AQ_U4, 17, AQ_WHOLE)) \
  K(matmul_i4, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_TILE(6, 32, 4, 4, AQ_S8, AQ_U4, 2, 0))             \
  K(matmul_i4, avx512vnni_row, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_TILE_OF_ROW(32, AQ_U4))                        \
  K(matmul_i4, avxvnni, AQ_AVXVNNI | AQ_AVX2, X86, true, AQ_TILE(6, 16, 4, 4, AQ_S8, AQ_U4, 2, 0))                   \
  K(matmul_i4, avxvnni_row, AQ_AVXVNNI | AQ_AVX2, X86, true, AQ_TILE_OF_ROW(16, AQ_U4))                              \
  K(matmul_i4, avx2, AQ_AVX2, X86, true, AQ_TILE(6, 16, 4, 4, AQ_S8, AQ_U4, 2, 0))                                   \
  K(matmul_i4, avx2_row, AQ_AVX2, X86, true, AQ_TILE_OF_ROW(16, AQ_U4))                                              \
  K(matmul_i4, sme, AQ_SME | AQ_I8MM | AQ_NEONDOT | AQ_NEON, ARM, true,                                              \
    AQ_TILE(AQ_VECTORS(2), AQ_VECTORS(2), 4, 4, AQ_S8, AQ_U4, 1, 0))                                                 \
  K(matmul_i4, i8mm, AQ_I8MM | AQ_NEONDOT | AQ_NEON, ARM, true, AQ_TILE(8, 8, 8, 8, AQ_S8, AQ_U4, 1, 0))             \
  K(matmul_i4, neondot, AQ_NEONDOT | AQ_NEON, ARM, true, AQ_TILE(8, 8, 4, 4, AQ_S8, AQ_U4, 2, 0))                    \
  K(matmul_i4, neondot_row, AQ_NEONDOT | AQ_NEON, ARM, true, AQ_TILE_OF_ROW(8, AQ_U4))                               \
  K(matmul_i4, neon, AQ_NEON, ARM, true, AQ_TILE(4, 8, 4, 4, AQ_S8, AQ_U4, 1, 0))

// Codes of few bits, squeezed, and half bytes and codes of 6 bits that are entries of a table.
#define AQ_FEW_BITS(K, name, kr, form)                                                                            \
  K(name, amx, AQ_AMX | AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_TILE(32, 32, kr, 64, AQ_S8, form, 17, AQ_WHOLE)) \
  K(name, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_TILE(6, 32, kr, 4, AQ_S8, form, 1, AQ_WHOLE))      \
  K(name, avxvnni, AQ_AVXVNNI | AQ_AVX2, X86, true, AQ_TILE(6, 16, kr, 4, AQ_S8, form, 1, AQ_WHOLE))            \
  K(name, avx2, AQ_AVX2, X86, true, AQ_TILE(6, 16, kr, 4, AQ_S8, form, 1, AQ_WHOLE))                            \
  K(name, neondot, AQ_NEONDOT | AQ_NEON, ARM, true, AQ_TILE(8, 8, kr, 4, AQ_S8, form, 1, AQ_WHOLE))             \
  K(name, neon, AQ_NEON, ARM, true, AQ_TILE(4, 8, kr, 4, AQ_S8, form, 1, AQ_WHOLE))
#define AQ_ROWS_matmul_i1(K) AQ_FEW_BITS(K, matmul_i1, 32, AQ_U1)
#define AQ_ROWS_matmul_i2(K) AQ_FEW_BITS(K, matmul_i2, 16, AQ_U2)
#define AQ_ROWS_matmul_i3(K) AQ_FEW_BITS(K, matmul_i3, 32, AQ_U3)
#define AQ_ROWS_matmul_i5(K) AQ_FEW_BITS(K, matmul_i5, 32, AQ_U5)
#define AQ_ROWS_matmul_i6(K) AQ_FEW_BITS(K, matmul_i6, 16, AQ_U6)
#define AQ_ROWS_matmul_i7(K) AQ_FEW_BITS(K, matmul_i7, 32, AQ_U7)
#define AQ_ROWS_matmul_t4(K) AQ_FEW_BITS(K, matmul_t4, 4, AQ_U4)
#define AQ_ROWS_matmul_t6(K) AQ_FEW_BITS(K, matmul_t6, 16, AQ_U6)

#define AQ_ROWS_matmul_f32i8(K)                                                                                \
  K(matmul_f32i8, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_TILE(6, 32, 4, 1, AQ_F32, AQ_U8, 1, 256)) \
  K(matmul_f32i8, avx2, AQ_AVX2, X86, true, AQ_TILE(6, 16, 4, 1, AQ_F32, AQ_U8, 1, 256))                       \
  K(matmul_f32i8, neon, AQ_NEON, ARM, true, AQ_TILE(8, 8, 4, 1, AQ_F32, AQ_U8, 1, 256))

#define AQ_ROWS_matmul_f32i4(K)                                                                                \
  K(matmul_f32i4, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_TILE(6, 32, 4, 1, AQ_F32, AQ_U4, 1, 256)) \
  K(matmul_f32i4, avx2, AQ_AVX2, X86, true, AQ_TILE(6, 16, 4, 1, AQ_F32, AQ_U4, 1, 256))                       \
  K(matmul_f32i4, neon, AQ_NEON, ARM, true, AQ_TILE(8, 8, 4, 1, AQ_F32, AQ_U4, 1, 256))

#define AQ_FEW_BITS_OF_WEIGHTS(K, name, kr, form)                                                         \
  K(name, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_TILE(6, 32, kr, 1, AQ_F32, form, 1, 256)) \
  K(name, avx2, AQ_AVX2, X86, true, AQ_TILE(6, 16, kr, 1, AQ_F32, form, 1, 256))                       \
  K(name, neon, AQ_NEON, ARM, true, AQ_TILE(8, 8, kr, 1, AQ_F32, form, 1, 256))
#define AQ_ROWS_matmul_f32i1(K) AQ_FEW_BITS_OF_WEIGHTS(K, matmul_f32i1, 32, AQ_U1)
#define AQ_ROWS_matmul_f32i2(K) AQ_FEW_BITS_OF_WEIGHTS(K, matmul_f32i2, 16, AQ_U2)
#define AQ_ROWS_matmul_f32i3(K) AQ_FEW_BITS_OF_WEIGHTS(K, matmul_f32i3, 32, AQ_U3)
#define AQ_ROWS_matmul_f32i5(K) AQ_FEW_BITS_OF_WEIGHTS(K, matmul_f32i5, 32, AQ_U5)
#define AQ_ROWS_matmul_f32i6(K) AQ_FEW_BITS_OF_WEIGHTS(K, matmul_f32i6, 16, AQ_U6)
#define AQ_ROWS_matmul_f32i7(K) AQ_FEW_BITS_OF_WEIGHTS(K, matmul_f32i7, 32, AQ_U7)

#define AQ_ROWS_matmul_f32t8(K)                                                                                \
  K(matmul_f32t8, avx512vbmi, AQ_AVX512VBMI | AQ_AVX512VNNI | AQ_AVX2, X86, true,                              \
    AQ_TILE(6, 32, 4, 1, AQ_F32, AQ_U8, 1, 256))                                                               \
  K(matmul_f32t8, avx2, AQ_AVX2, X86, true, AQ_TILE(6, 16, 4, 1, AQ_F32, AQ_U8, 1, 256))                       \
  K(matmul_f32t8, neon, AQ_NEON, ARM, true, AQ_TILE(8, 8, 4, 1, AQ_F32, AQ_U8, 1, 256))

#define AQ_ROWS_matmul_f32t6(K)                                                   \
  K(matmul_f32t6, avx512vbmi, AQ_AVX512VBMI | AQ_AVX512VNNI | AQ_AVX2, X86, true, \
    AQ_TILE(6, 32, 16, 1, AQ_F32, AQ_U6, 1, 256))                                 \
  K(matmul_f32t6, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true,                 \
    AQ_TILE(6, 32, 16, 1, AQ_F32, AQ_U6, 1, 256))                                 \
  K(matmul_f32t6, avx2, AQ_AVX2, X86, true, AQ_TILE(6, 16, 16, 1, AQ_F32, AQ_U6, 1, 256)) \
  K(matmul_f32t6, neon, AQ_NEON, ARM, true, AQ_TILE(8, 8, 16, 1, AQ_F32, AQ_U6, 1, 256))

#define AQ_ROWS_matmul_f32t4(K)                                                                                \
  K(matmul_f32t4, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_TILE(6, 32, 4, 1, AQ_F32, AQ_U4, 1, 256)) \
  K(matmul_f32t4, avx2, AQ_AVX2, X86, true, AQ_TILE(6, 16, 4, 1, AQ_F32, AQ_U4, 1, 256))                       \
  K(matmul_f32t4, neon, AQ_NEON, ARM, true, AQ_TILE(8, 8, 4, 1, AQ_F32, AQ_U4, 1, 256))

#define AQ_ROWS_matmul_f32(K)                                                                               \
  K(matmul_f32, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_TILE(6, 32, 1, 1, AQ_F32, AQ_F32, 1, 0)) \
  K(matmul_f32, avx2, AQ_AVX2, X86, true, AQ_TILE(6, 16, 1, 1, AQ_F32, AQ_F32, 1, 0))                       \
  K(matmul_f32, neon, AQ_NEON, ARM, true, AQ_TILE(8, 8, 1, 1, AQ_F32, AQ_F32, 1, 0))

// Products of bfloat16. Where a CPU has no instruction for them, products are those of floats that were rounded.
//
// Few rows are left to vectors on cores with tiles. A look-up of 128 bytes is three operations there, on one port, and
// one elsewhere: 256 codes take 61 cycles as pairs and 36 as floats (llvm-mca, Sapphire Rapids), and four rows of 4096²
// took 5.35 ms for 3.53. So few_to_floats is true of codes of a byte.
#define AQ_BFLOAT_CODES(K, name, kr, form, few_to_floats)                                                  \
  K(name, amxbf16, AQ_AMXBF16 | AQ_AMX | AQ_AVX512BF16 | AQ_AVX512VBMI | AQ_AVX512VNNI | AQ_AVX2, X86, \
    true, AQ_TILE_OR_FLOATS(32, 32, kr, 32, AQ_BF16, form, 5, 256, few_to_floats))                         \
  K(name, avx512bf16, AQ_AVX512BF16 | AQ_AVX512VBMI | AQ_AVX512VNNI | AQ_AVX2, X86, true, \
    AQ_TILE(8, 32, kr, 2, AQ_BF16, form, 1, 256))                                          \
  K(name, neonbf16, AQ_NEONBF16 | AQ_NEON, ARM, true, AQ_TILE(8, 8, kr, 2, AQ_BF16, form, 1, 256))
#define AQ_ROWS_matmul_bf16i8(K) AQ_BFLOAT_CODES(K, matmul_bf16i8, 4, AQ_U8, true)
#define AQ_ROWS_matmul_bf16i4(K) AQ_BFLOAT_CODES(K, matmul_bf16i4, 4, AQ_U4, false)
#define AQ_ROWS_matmul_bf16i1(K) AQ_BFLOAT_CODES(K, matmul_bf16i1, 32, AQ_U1, false)
#define AQ_ROWS_matmul_bf16i2(K) AQ_BFLOAT_CODES(K, matmul_bf16i2, 16, AQ_U2, false)
#define AQ_ROWS_matmul_bf16i3(K) AQ_BFLOAT_CODES(K, matmul_bf16i3, 32, AQ_U3, false)
#define AQ_ROWS_matmul_bf16i5(K) AQ_BFLOAT_CODES(K, matmul_bf16i5, 32, AQ_U5, false)
#define AQ_ROWS_matmul_bf16i6(K) AQ_BFLOAT_CODES(K, matmul_bf16i6, 16, AQ_U6, false)
#define AQ_ROWS_matmul_bf16i7(K) AQ_BFLOAT_CODES(K, matmul_bf16i7, 32, AQ_U7, false)
#define AQ_ROWS_matmul_bf16t8(K) AQ_BFLOAT_CODES(K, matmul_bf16t8, 4, AQ_U8, false)
#define AQ_ROWS_matmul_bf16t6(K) AQ_BFLOAT_CODES(K, matmul_bf16t6, 16, AQ_U6, false)
#define AQ_ROWS_matmul_bf16t4(K) AQ_BFLOAT_CODES(K, matmul_bf16t4, 4, AQ_U4, false)

#define AQ_ROWS_matmul_bf16(K)                                                                                 \
  K(matmul_bf16, amxbf16, AQ_AMXBF16 | AQ_AMX | AQ_AVX512BF16 | AQ_AVX512VBMI | AQ_AVX512VNNI | AQ_AVX2, X86, \
    true, AQ_TILE(32, 32, 32, 32, AQ_BF16, AQ_BF16, 5, 0))                                                     \
  K(matmul_bf16, avx512bf16, AQ_AVX512BF16 | AQ_AVX512VBMI | AQ_AVX512VNNI | AQ_AVX2, X86, true,              \
    AQ_TILE(8, 32, 32, 2, AQ_BF16, AQ_BF16, 1, 0))                                                             \
  K(matmul_bf16, neonbf16, AQ_NEONBF16 | AQ_NEON, ARM, true, AQ_TILE(8, 8, 2, 2, AQ_BF16, AQ_BF16, 1, 0))

#define AQ_ROWS_range_f32(K)                                               \
  K(range_f32, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(range_f32, avx2, AQ_AVX2, X86, true, AQ_NO_TILE)                       \
  K(range_f32, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_magnitudes_f32(K)                          \
  K(magnitudes_f32, avx2, AQ_AVX2, X86, false, AQ_NO_TILE) \
  K(magnitudes_f32, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_quantize_i8(K)                                               \
  K(quantize_i8, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(quantize_i8, avx2, AQ_AVX2, X86, true, AQ_NO_TILE)                       \
  K(quantize_i8, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_quantize_any(K)                                                \
  K(quantize_any, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, false, AQ_NO_TILE) \
  K(quantize_any, avx2, AQ_AVX2, X86, false, AQ_NO_TILE)                       \
  K(quantize_any, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_slices_i8(K)                                               \
  K(slices_i8, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(slices_i8, avx2, AQ_AVX2, X86, true, AQ_NO_TILE)                       \
  K(slices_i8, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_dither_i8(K)                                               \
  K(dither_i8, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(dither_i8, avx2, AQ_AVX2, X86, true, AQ_NO_TILE)                       \
  K(dither_i8, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_dither_bf16(K)                         \
  K(dither_bf16, avx2, AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(dither_bf16, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_dequantize_i8(K)                         \
  K(dequantize_i8, avx2, AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(dequantize_i8, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_dequantize_u8(K)                         \
  K(dequantize_u8, avx2, AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(dequantize_u8, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_dequantize_i4(K)                         \
  K(dequantize_i4, avx2, AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(dequantize_i4, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_dequantize_u4(K)                         \
  K(dequantize_u4, avx2, AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(dequantize_u4, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_lookup_8(K)                                               \
  K(lookup_8, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(lookup_8, avx2, AQ_AVX2, X86, true, AQ_NO_TILE)                       \
  K(lookup_8, neon, AQ_NEON, ARM, true, AQ_NO_TILE)

#define AQ_ROWS_transpose_8(K)                         \
  K(transpose_8, avx2, AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(transpose_8, neon, AQ_NEON, ARM, true, AQ_NO_TILE)

#define AQ_ROWS_transpose_4(K)                         \
  K(transpose_4, avx2, AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(transpose_4, neon, AQ_NEON, ARM, true, AQ_NO_TILE)

#define AQ_ROWS_totals_8(K)                         \
  K(totals_8, avx2, AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(totals_8, neon, AQ_NEON, ARM, true, AQ_NO_TILE)

#define AQ_ROWS_widen_8(K)                         \
  K(widen_8, avx2, AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(widen_8, neon, AQ_NEON, ARM, true, AQ_NO_TILE)

#define AQ_ROWS_interleave_32(K)                                               \
  K(interleave_32, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(interleave_32, avx2, AQ_AVX2, X86, true, AQ_NO_TILE)                       \
  K(interleave_32, neon, AQ_NEON, ARM, true, AQ_NO_TILE)

#define AQ_ROWS_columns_32(K)                          \
  K(columns_32, avx2, AQ_AVX2, X86, false, AQ_NO_TILE) \
  K(columns_32, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_columns_bf16(K)                                                \
  K(columns_bf16, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, false, AQ_NO_TILE) \
  K(columns_bf16, avx2, AQ_AVX2, X86, false, AQ_NO_TILE)                       \
  K(columns_bf16, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_quads_8(K)                         \
  K(quads_8, avx2, AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(quads_8, neon, AQ_NEON, ARM, true, AQ_NO_TILE)

#define AQ_ROWS_quad_totals_8(K)                         \
  K(quad_totals_8, avx2, AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(quad_totals_8, neon, AQ_NEON, ARM, true, AQ_NO_TILE)

#define AQ_ROWS_halve_4(K)                          \
  K(halve_4, avx2, AQ_AVX2, X86, false, AQ_NO_TILE) \
  K(halve_4, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_split_4(K)                          \
  K(split_4, avx2, AQ_AVX2, X86, false, AQ_NO_TILE) \
  K(split_4, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_squeeze_any(K)                          \
  K(squeeze_any, avx2, AQ_AVX2, X86, false, AQ_NO_TILE) \
  K(squeeze_any, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_spread_any(K)                          \
  K(spread_any, avx2, AQ_AVX2, X86, false, AQ_NO_TILE) \
  K(spread_any, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_unpack_any(K)                         \
  K(unpack_any, avx2, AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(unpack_any, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_pack_any(K)                         \
  K(pack_any, avx2, AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(pack_any, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_adamw_f32(K)                          \
  K(adamw_f32, avx2, AQ_AVX2, X86, false, AQ_NO_TILE) \
  K(adamw_f32, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_adamw_dynamic8(K)                                                               \
  K(adamw_dynamic8, avx512vbmi, AQ_AVX512VBMI | AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(adamw_dynamic8, avx2, AQ_AVX2, X86, true, AQ_NO_TILE)                                       \
  K(adamw_dynamic8, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_momentum_f32(K)                          \
  K(momentum_f32, avx2, AQ_AVX2, X86, false, AQ_NO_TILE) \
  K(momentum_f32, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_encode_any(K)                          \
  K(encode_any, avx2, AQ_AVX2, X86, false, AQ_NO_TILE) \
  K(encode_any, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_squares_f32(K)                          \
  K(squares_f32, avx2, AQ_AVX2, X86, false, AQ_NO_TILE) \
  K(squares_f32, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_product_f32(K)                                               \
  K(product_f32, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(product_f32, avx2, AQ_AVX2, X86, true, AQ_NO_TILE)                       \
  K(product_f32, neon, AQ_NEON, ARM, true, AQ_NO_TILE)

#define AQ_ROWS_product_bf16(K)                                                                                 \
  K(product_bf16, amxbf16, AQ_AMXBF16 | AQ_AMX | AQ_AVX512BF16 | AQ_AVX512VBMI | AQ_AVX512VNNI | AQ_AVX2, X86, \
    true, AQ_NO_TILE)                                                                                           \
  K(product_bf16, avx512bf16, AQ_AVX512BF16 | AQ_AVX512VBMI | AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE)

#define AQ_ROWS_product_f16(K)                                               \
  K(product_f16, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(product_f16, avx2, AQ_AVX2, X86, true, AQ_NO_TILE)                       \
  K(product_f16, neon, AQ_NEON, ARM, true, AQ_NO_TILE)

// Functions of elements and of rows: one loop each, vectorized for the instruction set.
#define AQ_LOOP(K, name)                                               \
  K(name, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, false, AQ_NO_TILE) \
  K(name, avx2, AQ_AVX2, X86, false, AQ_NO_TILE)                       \
  K(name, neon, AQ_NEON, ARM, false, AQ_NO_TILE)
#define AQ_ROWS_finish_f32(K) AQ_LOOP(K, finish_f32)
#define AQ_ROWS_add_f32(K) AQ_LOOP(K, add_f32)
#define AQ_ROWS_accumulate_f32(K) AQ_LOOP(K, accumulate_f32)
#define AQ_ROWS_multiply_f32(K) AQ_LOOP(K, multiply_f32)
#define AQ_ROWS_scale_f32(K) AQ_LOOP(K, scale_f32)
#define AQ_ROWS_relu_f32(K) AQ_LOOP(K, relu_f32)
#define AQ_ROWS_gelu_f32(K) AQ_LOOP(K, gelu_f32)
#define AQ_ROWS_gelugradient_f32(K) AQ_LOOP(K, gelugradient_f32)
#define AQ_ROWS_silu_f32(K) AQ_LOOP(K, silu_f32)
#define AQ_ROWS_silugradient_f32(K) AQ_LOOP(K, silugradient_f32)
#define AQ_ROWS_swiglu_f32(K) AQ_LOOP(K, swiglu_f32)
#define AQ_ROWS_geglu_f32(K) AQ_LOOP(K, geglu_f32)
#define AQ_ROWS_swiglugradient_f32(K) AQ_LOOP(K, swiglugradient_f32)
#define AQ_ROWS_dropout_f32(K) AQ_LOOP(K, dropout_f32)
#define AQ_ROWS_softmax_f32(K) AQ_LOOP(K, softmax_f32)
#define AQ_ROWS_norm_f32(K) AQ_LOOP(K, norm_f32)
#define AQ_ROWS_normgradient_f32(K) AQ_LOOP(K, normgradient_f32)
#define AQ_ROWS_rotate_f32(K) AQ_LOOP(K, rotate_f32)
#define AQ_ROWS_attentionweights_f32(K) AQ_LOOP(K, attentionweights_f32)
#define AQ_ROWS_attentionslopes_f32(K) AQ_LOOP(K, attentionslopes_f32)

#define AQ_ROWS_widen_bf16(K)                          \
  K(widen_bf16, avx2, AQ_AVX2, X86, false, AQ_NO_TILE) \
  K(widen_bf16, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_widen_f16(K)                         \
  K(widen_f16, avx2, AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(widen_f16, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_round_f16(K)                         \
  K(round_f16, avx2, AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(round_f16, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

#define AQ_ROWS_round_bf16(K)                                                \
  K(round_bf16, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, false, AQ_NO_TILE) \
  K(round_bf16, avx2, AQ_AVX2, X86, false, AQ_NO_TILE)                       \
  K(round_bf16, neon, AQ_NEON, ARM, false, AQ_NO_TILE)

// Not kernels but roofs: loops on registers alone, that rates are compared with.
#define AQ_ROWS_peak_i8(K)                                                        \
  K(peak_i8, amx, AQ_AMX | AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE)        \
  K(peak_i8, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE)          \
  K(peak_i8, avxvnni, AQ_AVXVNNI | AQ_AVX2, X86, true, AQ_NO_TILE)                \
  K(peak_i8, avx2, AQ_AVX2, X86, true, AQ_NO_TILE)                                \
  K(peak_i8, sme, AQ_SME | AQ_I8MM | AQ_NEONDOT | AQ_NEON, ARM, true, AQ_NO_TILE) \
  K(peak_i8, i8mm, AQ_I8MM | AQ_NEONDOT | AQ_NEON, ARM, true, AQ_NO_TILE)         \
  K(peak_i8, neondot, AQ_NEONDOT | AQ_NEON, ARM, true, AQ_NO_TILE)                \
  K(peak_i8, neon, AQ_NEON, ARM, true, AQ_NO_TILE)

#define AQ_ROWS_peak_i4(K)                                                        \
  K(peak_i4, amx, AQ_AMX | AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE)        \
  K(peak_i4, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE)          \
  K(peak_i4, avxvnni, AQ_AVXVNNI | AQ_AVX2, X86, true, AQ_NO_TILE)                \
  K(peak_i4, avx2, AQ_AVX2, X86, true, AQ_NO_TILE)                                \
  K(peak_i4, sme, AQ_SME | AQ_I8MM | AQ_NEONDOT | AQ_NEON, ARM, true, AQ_NO_TILE) \
  K(peak_i4, i8mm, AQ_I8MM | AQ_NEONDOT | AQ_NEON, ARM, true, AQ_NO_TILE)         \
  K(peak_i4, neondot, AQ_NEONDOT | AQ_NEON, ARM, true, AQ_NO_TILE)                \
  K(peak_i4, neon, AQ_NEON, ARM, true, AQ_NO_TILE)

#define AQ_ROWS_peak_f32(K)                                               \
  K(peak_f32, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(peak_f32, avx2, AQ_AVX2, X86, true, AQ_NO_TILE)                       \
  K(peak_f32, neon, AQ_NEON, ARM, true, AQ_NO_TILE)

#define AQ_ROWS_peak_bf16(K)                                                                                \
  K(peak_bf16, amxbf16, AQ_AMXBF16 | AQ_AMX | AQ_AVX512BF16 | AQ_AVX512VBMI | AQ_AVX512VNNI | AQ_AVX2, X86, \
    true, AQ_NO_TILE)                                                                                       \
  K(peak_bf16, avx512bf16, AQ_AVX512BF16 | AQ_AVX512VBMI | AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(peak_bf16, neonbf16, AQ_NEONBF16 | AQ_NEON, ARM, true, AQ_NO_TILE)

#define AQ_ROWS_peak_fold_i8(K)                                               \
  K(peak_fold_i8, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(peak_fold_i8, avx2, AQ_AVX2, X86, true, AQ_NO_TILE)

#define AQ_ROWS_peak_fold_i4(K)                                               \
  K(peak_fold_i4, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(peak_fold_i4, avx2, AQ_AVX2, X86, true, AQ_NO_TILE)

#define AQ_ROWS_peak_read(K)                                               \
  K(peak_read, avx512vnni, AQ_AVX512VNNI | AQ_AVX2, X86, true, AQ_NO_TILE) \
  K(peak_read, avx2, AQ_AVX2, X86, true, AQ_NO_TILE)                       \
  K(peak_read, neon, AQ_NEON, ARM, true, AQ_NO_TILE)
