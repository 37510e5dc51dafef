/// How a block's scale and zero point or bias follow from its values.
///
/// `low` and `high` are the smallest and largest code, `M` is the largest magnitude and `m` the largest on
/// the other side of zero.
///
/// The library's own rules compute in `Float`, whatever the type of the values. What they decode to is
/// their fixed point: quantized again, it has the same codes, but for fewer than one block in a
/// thousand with a bias of 16 bits or a scale below the normal numbers of its type, small floats with
/// powers of two, which have the same values, and scales that are codes. The others are formulas of torchao,
/// MLX and Google AQT, operation by operation; each operation rounds to the type of the values unless it says
/// otherwise, and quantizing again may lose more.
public enum ParameterRule: String, Sendable, Hashable, CaseIterable {
  /// `scale = M / high`, codes −high … high: no value is cut off, and `−x` has the codes of `x`, negated.
  /// The default of symmetric codes of 8 bits.
  case balanced
  /// `scale = −sign · M / low`, so that the value of largest magnitude, of this sign, is the code that has
  /// no opposite; ``balanced`` where that errs by less, `m > M · (high / −low + 1 / (2 · high))`, unless its
  /// scale is rounded so that m is not the last code. As GGUF's Q4_0, but for the second case. The default of symmetric codes of 2 to 7 bits: one code of
  /// sixteen is a decibel, one of four is five.
  case extreme
  /// The smallest value, or zero where an asymmetric block holds none below it, is the first code and the
  /// largest the last, or beyond by what a scale or bias of 16 bits is rounded. The default of asymmetric and
  /// biased codes.
  case ends
  /// `scale = Σ|x| / count`: BitNet b1.58 (arXiv 2402.17764). A block that holds but zeros and one
  /// magnitude has that magnitude for scale. The default of ternary codes.
  case meanMagnitude
  /// `scale = M / largest` for small floats and codebooks, whose default it is.
  case largest

  /// torchao's `SYMMETRIC`: `scale = M / ((high − low) / 2)`. The largest value may be clipped by half a
  /// code.
  case symmetric
  /// torchao's `SYMMETRIC_NO_CLIPPING_ERR`: `scale = max(min / low, max / high)`.
  case symmetricNoClipping
  /// Google AQT's: `scale = M / (high + ½)`. The largest value lies half a step above the last code and is
  /// clipped to it.
  case symmetricHalfStep
  /// ``symmetric``, with the middle of the codes, rounded up, as zero point.
  case symmetricMidpoint
  /// torchao's `ASYMMETRIC`: `scale = (max − min) / (high − low)` with zero in the range; a whole zero
  /// point.
  case asymmetric
  /// torchao's tinygemm: `scale = (max − min) / (high − low)`, `bias = min + scale · middle` in codes less
  /// the middle.
  case tinygemm
  /// MLX's affine mode: the value of largest magnitude is exact and zero nearly so; in `Float` throughout.
  case mlx
  /// MLX's MX modes: ``largest`` for small floats, with the quotient rounded to the type of the values.
  case mlxFloat

  /// Whether operations round to the type of the values, as in PyTorch.
  var roundsOperations: Bool {
    switch self {
    case .balanced, .extreme, .ends, .meanMagnitude, .largest: false
    case .symmetric, .symmetricNoClipping, .symmetricHalfStep, .symmetricMidpoint, .asymmetric,
      .tinygemm, .mlx, .mlxFloat:
      true
    }
  }
}
