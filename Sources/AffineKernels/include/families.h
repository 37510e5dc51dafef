#ifndef AFFINE_FAMILIES_H
#define AFFINE_FAMILIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The families of kernels. All kernels of a family take one struct of arguments, whose header states
// the formula, and give the same bits, but for products of bfloat16.

/// The form of the numbers of a packed side.
enum {
  AQ_NO_FORM = 0,
  AQ_S8,    // signed bytes
  AQ_U8,    // unsigned bytes
  AQ_U4,    // unsigned, two a byte: of a k-group of all lanes, the first half low, the second high
  AQ_S16,   // signed bytes in 16 bits, each four codes as 0, 2, 1, 3
  AQ_F32,
  AQ_U1,    // unsigned codes of so many bits, squeezed (aq_squeeze_args)
  AQ_U2,
  AQ_U3,
  AQ_U5,
  AQ_U6,
  AQ_U7,
  AQ_BF16,  // bfloat16, two neighbours of the contracted axis side by side
};

/// All of the contracted axis.
#define AQ_WHOLE 0xffffu

/// Lanes of a tile that are `count` times the 32-bit numbers of a scalable vector, known at run time.
#define AQ_VECTORS_BIT 0x8000u
#define AQ_VECTORS(count) (AQ_VECTORS_BIT | (count))

/// What one call of a kernel of products computes, and how it wants both sides packed: panels of mr rows
/// of the left side and nr of the right. The contracted axis is cut into slices, each padded with zeros to
/// whole k-groups of kr codes; in a panel, run after run of the padded axis; in a run, lane after lane.
typedef struct {
  uint16_t mr, nr;    // 0 where a family has no tiles
  uint16_t kr;
  uint16_t lhs_run;   // numbers of one left row that lie together; the right side's run is kr
  uint8_t lhs, rhs;   // the forms
  uint16_t min_rows;  // with fewer rows the next kernel that reads the same right panels is faster
  uint16_t scratch;   // codes of each right lane that are unpacked at a time; AQ_WHOLE: all
  uint16_t panels;    // right panels that one call takes at most; 0: one
  bool few_to_floats; // of products of bfloat16: fewer rows than min_rows are faster in kernels of floats, of the
                      // same right panels, than in the next row
} aq_tile;

/// One kernel: its symbol, what it needs, its tile, and its entry (NULL on other CPUs), which takes the
/// arguments of its family.
typedef struct {
  const char *_Nonnull symbol;
  uint32_t needs;
  bool tuned;  // hand-written for the instruction set; else a plain loop compiled for it
  aq_tile tile;
  void (*_Nullable run)(void *_Nonnull args);
} aq_kernel;

typedef struct {
  const aq_kernel *_Nonnull kernels;  // fastest first
  size_t count;
} aq_family;

/// Every family: one place to add one. kernels.h has the rows of each.
#define AQ_EACH_FAMILY(FAMILY) \
  FAMILY(matmul_i8) \
  FAMILY(matmul_i4) \
  FAMILY(matmul_i1) \
  FAMILY(matmul_i2) \
  FAMILY(matmul_i3) \
  FAMILY(matmul_i5) \
  FAMILY(matmul_i6) \
  FAMILY(matmul_i7) \
  FAMILY(matmul_t4) \
  FAMILY(matmul_t6) \
  FAMILY(matmul_f32i8) \
  FAMILY(matmul_f32i4) \
  FAMILY(matmul_f32i1) \
  FAMILY(matmul_f32i2) \
  FAMILY(matmul_f32i3) \
  FAMILY(matmul_f32i5) \
  FAMILY(matmul_f32i6) \
  FAMILY(matmul_f32i7) \
  FAMILY(matmul_f32t8) \
  FAMILY(matmul_f32t6) \
  FAMILY(matmul_f32t4) \
  FAMILY(matmul_f32) \
  FAMILY(matmul_bf16i8) \
  FAMILY(matmul_bf16i4) \
  FAMILY(matmul_bf16i1) \
  FAMILY(matmul_bf16i2) \
  FAMILY(matmul_bf16i3) \
  FAMILY(matmul_bf16i5) \
  FAMILY(matmul_bf16i6) \
  FAMILY(matmul_bf16i7) \
  FAMILY(matmul_bf16t8) \
  FAMILY(matmul_bf16t6) \
  FAMILY(matmul_bf16t4) \
  FAMILY(matmul_bf16) \
  FAMILY(range_f32) \
  FAMILY(magnitudes_f32) \
  FAMILY(quantize_i8) \
  FAMILY(quantize_any) \
  FAMILY(slices_i8) \
  FAMILY(dither_i8) \
  FAMILY(dither_bf16) \
  FAMILY(dequantize_i8) \
  FAMILY(dequantize_u8) \
  FAMILY(dequantize_i4) \
  FAMILY(dequantize_u4) \
  FAMILY(lookup_8) \
  FAMILY(transpose_8) \
  FAMILY(transpose_4) \
  FAMILY(totals_8) \
  FAMILY(widen_8) \
  FAMILY(interleave_32) \
  FAMILY(columns_32) \
  FAMILY(columns_bf16) \
  FAMILY(quads_8) \
  FAMILY(quad_totals_8) \
  FAMILY(halve_4) \
  FAMILY(split_4) \
  FAMILY(squeeze_any) \
  FAMILY(spread_any) \
  FAMILY(unpack_any) \
  FAMILY(pack_any) \
  FAMILY(adamw_f32) \
  FAMILY(adamw_dynamic8) \
  FAMILY(momentum_f32) \
  FAMILY(encode_any) \
  FAMILY(squares_f32) \
  FAMILY(product_f32) \
  FAMILY(product_bf16) \
  FAMILY(product_f16) \
  FAMILY(finish_f32) \
  FAMILY(add_f32) \
  FAMILY(accumulate_f32) \
  FAMILY(multiply_f32) \
  FAMILY(scale_f32) \
  FAMILY(relu_f32) \
  FAMILY(gelu_f32) \
  FAMILY(gelugradient_f32) \
  FAMILY(silu_f32) \
  FAMILY(silugradient_f32) \
  FAMILY(swiglu_f32) \
  FAMILY(geglu_f32) \
  FAMILY(swiglugradient_f32) \
  FAMILY(dropout_f32) \
  FAMILY(softmax_f32) \
  FAMILY(norm_f32) \
  FAMILY(normgradient_f32) \
  FAMILY(rotate_f32) \
  FAMILY(attentionweights_f32) \
  FAMILY(attentionslopes_f32) \
  FAMILY(widen_bf16) \
  FAMILY(widen_f16) \
  FAMILY(round_f16) \
  FAMILY(round_bf16) \
  FAMILY(peak_i8) \
  FAMILY(peak_i4) \
  FAMILY(peak_f32) \
  FAMILY(peak_bf16) \
  FAMILY(peak_fold_i8) \
  FAMILY(peak_fold_i4) \
  FAMILY(peak_read)

#define AQ_DECLARE_FAMILY(name) aq_family aq_##name(void);
AQ_EACH_FAMILY(AQ_DECLARE_FAMILY)

#endif
