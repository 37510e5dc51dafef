internal import AffineKernels

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
/// Rows of values to codes.
@safe struct QuantizeRows { var c: aq_quantize_args }
/// A row of codes to values.
@safe struct DequantizeRow { var c: aq_dequantize_args }
/// A matrix of codes of 8 or 4 bits to its transpose.
@safe struct TransposeBytes { var c: aq_transpose_args }
/// Sums of the codes of slices.
@safe struct TotalsOfSlices { var c: aq_totals_args }
/// Quads of bytes to 16 bits.
@safe struct WidenQuads { var c: aq_widen_args }
/// Rows to a panel.
@safe struct InterleaveRows { var c: aq_interleave_args }
/// Codes of one byte to two a byte.
@safe struct PackNibbles { var c: aq_pack_args }
/// A step of AdamW with float moments.
@safe struct AdamWFloats { var c: aq_adamw_f32_args }
/// A step of AdamW on a row with moments in codes.
@safe struct AdamWRow { var c: aq_adamw_dynamic8_args }
/// A loop that measures a roof.
struct PeakLoop { var c: aq_peak_args }
