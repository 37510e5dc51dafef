internal import AffineQuant
internal import AffineKernels

// One type a family: the C struct of its arguments, whose header states the formula. A struct points
// to memory that belongs to whoever makes it, for the time of the call.

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
