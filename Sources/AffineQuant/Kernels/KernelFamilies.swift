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
/// A row of values to the codes of slices, with their sums.
@safe struct QuantizeSlices { var c: aq_slices_args }
/// Rows of values to codes, rounded at random.
@safe struct DitherRows { var c: aq_dither_args }
/// Floats to bfloat16, rounded at random.
@safe struct DitherHalves { var c: aq_dither_bf16_args }
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
/// A step of gradient descent with a float moment.
@safe struct MomentumFloats { var c: aq_momentum_f32_args }
/// A row of moments to codes.
@safe struct EncodeMoments { var c: aq_encode_args }
/// A sum of squares.
@safe struct SquaresOfFloats { var c: aq_squares_args }
/// Floats against floats where they lie.
@safe struct ProductInPlace { var c: aq_product_args }
/// A function of each element.
@safe struct Elements { var c: aq_elements_args }
/// The gradient of a gated unit.
@safe struct SwigluGradient { var c: aq_swiglugradient_args }
/// Elements of which some become zero.
@safe struct DropoutElements { var c: aq_dropout_args }
/// A row of exponentials over their sum.
@safe struct SoftmaxRow { var c: aq_softmax_args }
/// Rows over their deviation.
@safe struct NormRows { var c: aq_norm_args }
/// The gradient of that.
@safe struct NormGradientRows { var c: aq_normgradient_args }
/// A row of pairs that turn.
@safe struct RotateRow { var c: aq_rotate_args }
/// Rows of scores that become weights.
@safe struct AttentionWeights { var c: aq_attentionweights_args }
/// Rows of scores whose gradient is found.
@safe struct AttentionSlopes { var c: aq_attentionslopes_args }
/// Floats of 16 bits and of 32, either way.
@safe struct Halves { var c: aq_halves_args }
/// A loop that measures a roof.
struct PeakLoop { var c: aq_peak_args }
