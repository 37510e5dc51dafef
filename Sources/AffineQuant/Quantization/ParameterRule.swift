/// How a block's scale and zero point or bias follow from its range.
///
/// `low` and `high` are the smallest and largest code. Formulas are torchao's and MLX's, operation
/// by operation; every operation rounds to the input's element type unless it says otherwise.
public enum ParameterRule: String, Sendable, Hashable, CaseIterable {
  /// `scale = max(|x|) / ((high − low) / 2)`. The largest value may be clipped by half a code.
  case symmetric
  /// `scale = max(min / low, max / high)`. No value is clipped.
  case symmetricNoClipping
  /// `scale = max(|x|) / (high + ½)`: Google AQT's. The largest value lies half a step above the last
  /// code and is clipped to it.
  case symmetricHalfStep
  /// ``symmetric``, with the middle of the codes, rounded up, as zero point.
  case symmetricMidpoint
  /// `scale = (max − min) / (high − low)` with zero in the range; a whole zero point.
  case asymmetric
  /// `scale = (max − min) / (high − low)`, `bias = min + scale · middle` in codes less the middle.
  case tinygemm
  /// The value of largest magnitude is exact and zero nearly so; in `Float` throughout.
  case mlx
  /// `scale = max(|x|) / largest` for small floats and codebooks.
  case largest
}

/// The ways of choosing the parameters of one mapping.
public protocol ParameterMethod: Sendable, Hashable {
  /// The formula.
  var rule: ParameterRule { get }
}

/// The ways of choosing a symmetric scale.
public enum SymmetricMethod: ParameterMethod, CaseIterable {
  /// torchao's `SYMMETRIC`: the largest magnitude is half the code range.
  case absoluteMaximum
  /// torchao's `SYMMETRIC_NO_CLIPPING_ERR`: no value is clipped.
  case noClipping
  /// Google AQT's: the largest magnitude is half a step above the last code.
  case halfStep

  public var rule: ParameterRule {
    switch self {
    case .absoluteMaximum: .symmetric
    case .noClipping: .symmetricNoClipping
    case .halfStep: .symmetricHalfStep
    }
  }
}

/// The ways of choosing a scale and a zero point.
public enum AsymmetricMethod: ParameterMethod, CaseIterable {
  /// torchao's `ASYMMETRIC`: the range, widened to hold zero.
  case range
  /// torchao's `SYMMETRIC` with a zero point in the middle of the codes.
  case midpoint

  public var rule: ParameterRule { self == .range ? .asymmetric : .symmetricMidpoint }
}

/// The ways of choosing a scale and a bias.
public enum BiasedMethod: ParameterMethod, CaseIterable {
  /// MLX's affine mode.
  case mlx
  /// torchao's tinygemm: the range as it is.
  case tinygemm

  public var rule: ParameterRule { self == .mlx ? .mlx : .tinygemm }
}

/// The way of choosing the scale of a codebook.
public enum CodebookMethod: ParameterMethod {
  /// The largest magnitude is 1.
  case absoluteMaximum

  public var rule: ParameterRule { .largest }
}
