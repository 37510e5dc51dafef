internal import AffineQuant
internal import AffineKernels

// One type a family: the C struct of its arguments, whose header states the formula. A struct points
// to memory that belongs to whoever makes it, for the time of the call.

/// Floats against floats where they lie.
@safe struct ProductInPlace { var c: aq_product_args }
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
