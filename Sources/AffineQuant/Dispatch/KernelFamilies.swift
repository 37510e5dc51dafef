package import AffineKernels

// One type a family: the C struct of its arguments, whose header states the formula. A struct points
// to memory that belongs to whoever makes it, for the time of the call.

/// Rows of codes against one panel of codes.
@safe struct CodePanel { var c: aq_matmul_i8_args }
/// Rows of floats against one panel of codes.
@safe struct WeightPanel { var c: aq_matmul_codes_args }
/// Rows of floats against one panel of floats.
@safe struct FloatPanel { var c: aq_matmul_f32_args }
/// Smallest and largest values of the runs of some rows.
@safe struct RangeOfRuns { var c: aq_range_args }
/// Sums and extremes of the magnitudes of the runs of some rows.
@safe struct MagnitudesOfRuns { var c: aq_magnitudes_args }
/// Rows of values to codes.
@safe struct QuantizeRows { var c: aq_quantize_args }
/// The same for codes of any kind.
@safe struct QuantizeAnyRows { var c: aq_quantize_any_args }
/// A row of values to the codes of slices, with their sums.
@safe struct QuantizeSlices { var c: aq_slices_args }
/// Rows of values to codes, rounded at random.
@safe struct DitherRows { var c: aq_dither_args }
/// Floats to bfloat16, rounded at random.
@safe package struct DitherHalves {
  package var c: aq_dither_bf16_args

  package init(c: aq_dither_bf16_args) { unsafe self.c = c }
}

/// A row of codes to values.
@safe package struct DequantizeRow {
  package var c: aq_dequantize_args

  package init(c: aq_dequantize_args) { unsafe self.c = c }
}

/// A matrix of codes of 8 or 4 bits to its transpose.
@safe struct TransposeBytes { var c: aq_transpose_args }
/// Sums of the codes of slices.
@safe struct TotalsOfSlices { var c: aq_totals_args }
/// Quads of bytes to 16 bits.
@safe struct WidenQuads { var c: aq_widen_args }
/// Rows to a panel.
@safe package struct InterleaveRows {
  package var c: aq_interleave_args

  package init(c: aq_interleave_args) { unsafe self.c = c }
}

/// A row of codes to the numbers of a table.
@safe struct LookupRow { var c: aq_lookup_args }
/// Columns to a panel.
@safe struct CopyColumns { var c: aq_columns_args }
/// Columns of floats to a panel of pairs.
@safe package struct PairColumns {
  package var c: aq_pairs_args

  package init(c: aq_pairs_args) { unsafe self.c = c }
}

/// Columns of bytes to panels of quads.
@safe struct LayQuads { var c: aq_quads_args }
/// Sums of the codes of the slices of a panel of quads.
@safe struct TotalsOfQuads { var c: aq_quad_totals_args }
/// Sums of a product to its result.
@safe struct FinishRows { var c: aq_finish_args }
/// Bytes of a panel to halves of bytes.
@safe struct HalvePanel { var c: aq_halve_args }
/// Bytes of a panel to codes of few bits, or the reverse.
@safe struct SqueezePanel { var c: aq_squeeze_args }
/// Halves of bytes of a panel to bytes.
@safe struct SplitPanel { var c: aq_split_args }
/// Codes of a few bits to bytes.
@safe struct UnpackCodes { var c: aq_unpack_args }
/// The reverse.
@safe struct PackCodes { var c: aq_pack_args }
/// A function of each element.
@safe package struct Elements {
  package var c: aq_elements_args

  package init(c: aq_elements_args) { unsafe self.c = c }
}

/// The gradient of a gated unit.
@safe struct SwigluGradient { var c: aq_swiglugradient_args }
/// Elements of which some become zero.
@safe struct DropoutElements { var c: aq_dropout_args }
/// Floats of 16 bits and of 32, either way.
@safe package struct Halves {
  package var c: aq_halves_args

  package init(c: aq_halves_args) { unsafe self.c = c }
}

/// A loop that measures a roof.
package struct PeakLoop { var c: aq_peak_args }

/// The same where sums become floats after each slice.
package struct FoldLoop { var c: aq_peak_fold_args }
/// A loop that reads memory.
@safe package struct ReadLoop { var c: aq_read_args }
